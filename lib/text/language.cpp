#include "text/language.hpp"

#include "base/utf8.hpp"
#include "text/normalise.hpp"
#include "text/words.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace llm {
namespace {

enum Latin : std::uint8_t { en, de, fr, es, it, pt, nl, sv, da, no, pl, cs, tr, vi, id, ro, latin_count };
constexpr std::array<std::string_view, latin_count> codes{"en", "de", "fr", "es", "it", "pt", "nl", "sv",
                                                          "da", "no", "pl", "cs", "tr", "vi", "id", "ro"};

/// The commonest function words, folded; words of one letter are left out but for y, e, w, z.
constexpr std::array<std::string_view, latin_count> profiles{
    "the of and to in is that it for was on are with as be this have from or had by not but what all were "
    "when your can said there an which do how their if will would about up out who does my you why where "
    "me we i am has so at all die i'm don't should could",
    "der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als auch es an werden "
    "aus er hat dass sie nach wird bei einer um am sind noch wie einem über ich wir du mein wenn was kann "
    "haben war oder zum zur bitte",
    "de la le et les des en un du une que est pour qui dans par plus pas au sur ne se ce il sont je vous "
    "avec son cette mais comme ou si leur nous elle être tout mon ma à où quel quelle comment pourquoi "
    "peut fait aux c'est",
    "de la que el en y los se del las un por con no una su para es al lo como más o pero sus le ha me si "
    "sin sobre este ya entre cuando todo esta ser son dos también fue había era muy qué cómo mi yo está "
    "cuál dónde puede hay",
    "di e il la che in un a per è una sono mi si ho con lo ha del ma ti le no non da se come ci questo "
    "qui hai sei su della al dei nel alla più anche gli io mio cosa quando dove perché quale delle nella "
    "essere",
    "de que e do da em um para é com não uma os no se na por mais as dos como mas foi ao ele das tem seu "
    "sua ou ser quando muito há nos já está eu também só pelo pela até isso ela entre era você meu minha "
    "qual onde são",
    "de het een en van in is dat op te zijn met voor niet aan er om ook als dan maar bij of uit nog "
    "worden door naar heeft wordt over ze zich hij ik je wat hoe waar mijn deze dit kan u wij geen hebben "
    "was al werd",
    "och i att det som en på är av för med den till inte har de ett om var jag men sig från så kan när "
    "han hade nu eller vi min hur vad mycket under skulle där du finns efter alla blir",
    "og i at det en den til er som på de med han af for ikke der var mig sig men et har om vi min havde "
    "ham hun nu over da fra du ud sin dem os op hvad hvor eller hvordan kan jeg skal efter",
    "og i det på som er en til for å av at med har de ikke den han om et fra var jeg seg men hun så kan "
    "vi eller når hvordan hva hvor min skal etter ble være dette også noe",
    "w i na z się nie do to że jest o a jak po za od co przez ale czy dla był tak już tylko są jego może "
    "które być ma oraz przy mnie ten także gdy mam proszę gdzie",
    "a je se v na že to s z do o i ve jako za by jsou po si k ale pro jeho byl které od tak jak nebo také "
    "co když být který podle má jsem může jen než kde prosím",
    "ve bir bu da de için ile çok olarak ne daha gibi o ama kadar sonra olan var en mi ben ya her değil "
    "nasıl nerede şey olduğu benim biz ki sen hangi yok",
    "và của là có các trong cho không được một những với để người đã này khi từ đến về như tôi bạn làm "
    "thế nào gì ở cũng ra nhưng sẽ rất",
    "yang dan di ini itu dengan untuk dari dalam tidak akan pada ada adalah ke saya juga bisa oleh sudah "
    "anda atau kami bagaimana apa seperti karena lebih telah kita mereka",
    "și de în a la pe cu nu o este că din care un pentru se mai sunt ca au să fi sau ce cum dar prin lui "
    "după unei fost acest această dacă eu când unde"};

/// Letters that few of these languages write, and which do.
struct Letter {
    char32_t letter;
    std::uint32_t languages;
};
constexpr std::uint32_t bit(Latin l) { return 1u << l; }
constexpr auto letters = std::to_array<Letter>({
    {U'ß', bit(de)},
    {U'ä', bit(de) | bit(sv)},
    {U'ö', bit(de) | bit(sv) | bit(tr)},
    {U'ü', bit(de) | bit(tr)},
    {U'ñ', bit(es)},
    {U'¿', bit(es)},
    {U'¡', bit(es)},
    {U'ã', bit(pt) | bit(vi)},
    {U'õ', bit(pt) | bit(vi)},
    {U'ç', bit(fr) | bit(pt) | bit(tr)},
    {U'è', bit(fr) | bit(it)},
    {U'ê', bit(fr) | bit(pt) | bit(vi)},
    {U'œ', bit(fr)},
    {U'ò', bit(it)},
    {U'ù', bit(it) | bit(fr)},
    {U'ì', bit(it)},
    {U'å', bit(sv) | bit(da) | bit(no)},
    {U'ø', bit(da) | bit(no)},
    {U'æ', bit(da) | bit(no)},
    {U'ł', bit(pl)},
    {U'ą', bit(pl)},
    {U'ę', bit(pl)},
    {U'ż', bit(pl)},
    {U'ś', bit(pl)},
    {U'ř', bit(cs)},
    {U'ě', bit(cs)},
    {U'ů', bit(cs)},
    {U'č', bit(cs)},
    {U'š', bit(cs)},
    {U'ž', bit(cs)},
    {U'ğ', bit(tr)},
    {U'ş', bit(tr)},
    {U'ı', bit(tr)},
    {U'ă', bit(ro) | bit(vi)},
    {U'ț', bit(ro)},
    {U'ș', bit(ro)},
    {U'đ', bit(vi)},
    {U'ơ', bit(vi)},
    {U'ư', bit(vi)},
});

bool lists_word_of(std::string_view profile, std::string_view word) {
    for (std::size_t at = profile.find(word); at != std::string_view::npos; at = profile.find(word, at + 1)) {
        const std::size_t end = at + word.size();
        if ((at == 0 || profile[at - 1] == ' ') && (end == profile.size() || profile[end] == ' '))
            return true;
    }
    return false;
}

void add(std::array<double, latin_count>& scores, std::uint32_t languages, double weight) {
    const int shared = std::popcount(languages);
    for (std::size_t l = 0; l < latin_count; ++l)
        if (languages & (1u << l)) scores[l] += weight / shared;
}

Language latin_language(std::string_view text) {
    constexpr std::size_t longest_function_word = 14;
    std::array<double, latin_count> scores{};
    for (const Word& w : split_words(text)) {
        if (w.kind != WordKind::word) continue;
        const std::string word = fold(w.span.of(text));
        std::uint32_t languages = 0;
        if (word.size() <= longest_function_word)
            for (std::size_t l = 0; l < latin_count; ++l)
                if (lists_word_of(profiles[l], word)) languages |= 1u << l;
        if (languages != 0) add(scores, languages, 1);
        if (is_ascii(word)) continue;
        for (std::size_t i = 0; i < word.size();) {
            const CodePoint c = decode_utf8(word, i);
            i += c.size;
            const auto found = std::ranges::find(letters, c.value, &Letter::letter);
            if (found != letters.end()) add(scores, found->languages, 0.5);
        }
    }
    const auto best = std::ranges::max_element(scores);
    double second = 0;
    for (auto s = scores.begin(); s != scores.end(); ++s)
        if (s != best) second = std::max(second, *s);
    if (*best < 0.75 || *best < 1.4 * second) return {};
    const bool sure = *best >= 1.5 && *best >= 2 * second;
    return {codes[static_cast<std::size_t>(best - scores.begin())],
            sure ? Certainty::sure : Certainty::likely};
}

enum Script : std::uint8_t {
    latin,
    cyrillic,
    greek,
    armenian,
    hebrew,
    arabic,
    devanagari,
    bengali,
    tamil,
    thai,
    georgian,
    hangul,
    kana,
    han,
    script_count
};

struct Range {
    char32_t first, last;
    Script script;
    double words_a_letter;
};
constexpr auto ranges = std::to_array<Range>({
    {'A', 'Z', latin, .2},          {'a', 'z', latin, .2},          {0xC0, 0x24F, latin, .2},
    {0x370, 0x3FF, greek, .2},      {0x400, 0x52F, cyrillic, .2},   {0x530, 0x58F, armenian, .2},
    {0x590, 0x5FF, hebrew, .25},    {0x600, 0x77F, arabic, .25},    {0x900, 0x97F, devanagari, .25},
    {0x980, 0x9FF, bengali, .25},   {0xB80, 0xBFF, tamil, .2},      {0xE00, 0xE7F, thai, .25},
    {0x10A0, 0x10FF, georgian, .2}, {0x1E00, 0x1EFF, latin, .2},    {0x3040, 0x30FF, kana, .4},
    {0x3400, 0x9FFF, han, .6},      {0xAC00, 0xD7AF, hangul, .5},
});

std::string_view script_language(Script s, std::string_view text) {
    const auto has_any = [text](std::initializer_list<std::string_view> letters_of) {
        return std::ranges::any_of(letters_of,
                                   [text](auto l) { return text.find(l) != std::string_view::npos; });
    };
    switch (s) {
        case cyrillic: return has_any({"і", "ї", "є", "ґ"}) ? "uk" : "ru";
        case greek: return "el";
        case armenian: return "hy";
        case hebrew: return "he";
        case arabic: return has_any({"پ", "چ", "ژ", "گ"}) ? "fa" : "ar";
        case devanagari: return "hi";
        case bengali: return "bn";
        case tamil: return "ta";
        case thai: return "th";
        case georgian: return "ka";
        case hangul: return "ko";
        case kana: return "ja";
        case han: return "zh";
        default: return {};
    }
}

}  // namespace

Language guess_language(std::string_view text) {
    constexpr std::size_t enough = 4096;
    text = truncate_utf8(text, enough);
    std::array<double, script_count> words{};
    for (std::size_t i = 0; i < text.size();) {
        const CodePoint c = decode_utf8(text, i);
        i += c.size;
        for (const Range& r : ranges)
            if (c.value >= r.first && c.value <= r.last) {
                words[r.script] += r.words_a_letter;
                break;
            }
    }
    // Japanese writes its content in Han and its grammar in kana.
    if (words[kana] > 0.05 * words[han]) {
        words[kana] += words[han];
        words[han] = 0;
    }
    const auto best = std::ranges::max_element(words);
    if (*best == 0) return {};
    const auto script = static_cast<Script>(best - words.begin());
    if (script == latin) return latin_language(text);
    double all = 0;
    for (const double w : words) all += w;
    const bool sure = *best >= 1 && *best >= 0.6 * all;
    return {script_language(script, text), sure ? Certainty::sure : Certainty::likely};
}

}  // namespace llm
