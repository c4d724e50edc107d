#include "text/language.hpp"

#include "support/catch.hpp"

using namespace llm;

TEST_CASE("language: a sentence is told by its function words or its script") {
    const std::pair<const char*, const char*> known[] = {
        {"en", "How do I change the address on my account?"},
        {"de", "Wie kann ich die Adresse in meinem Konto ändern?"},
        {"fr", "Comment puis-je changer l'adresse de mon compte et le mot de passe ?"},
        {"es", "¿Cómo puedo cambiar la dirección de mi cuenta?"},
        {"it", "Come posso cambiare l'indirizzo del mio conto e anche il nome?"},
        {"pt", "Como posso mudar o endereço da minha conta? Não sei onde está."},
        {"nl", "Hoe kan ik het adres van mijn rekening wijzigen?"},
        {"zh", "我怎样更改账户地址？"},
        {"ja", "アカウントの住所を変更するにはどうすればよいですか。"},
        {"ko", "계정 주소를 어떻게 바꾸나요?"},
        {"ru", "Как изменить адрес в моём аккаунте?"},
        {"uk", "Як змінити адресу в моєму обліковому записі?"},
        {"ar", "كيف يمكنني تغيير عنوان حسابي؟"},
        {"el", "Πώς μπορώ να αλλάξω τη διεύθυνση;"},
        {"he", "איך אני משנה את הכתובת שלי?"},
        {"hi", "मैं अपना पता कैसे बदलूँ?"},
        {"th", "ฉันจะเปลี่ยนที่อยู่ได้อย่างไร"},
        {"vi", "Làm thế nào để tôi thay đổi địa chỉ của tài khoản?"},
    };
    for (const auto& [code, text] : known) {
        INFO(text);
        const Language l = guess_language(text);
        CHECK(l.code == code);
        CHECK(l.certainty == Certainty::sure);
    }
}

TEST_CASE("language: what has no evidence gets no language") {
    CHECK(guess_language("").code.empty());
    CHECK(guess_language("12345 + 67").code.empty());
    CHECK(guess_language("Berlin Paris Madrid").certainty == Certainty::none);
    CHECK(guess_language("int main() { return 0; }").certainty != Certainty::sure);
}
