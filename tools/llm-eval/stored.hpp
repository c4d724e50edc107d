/// Answers out of llm-cache's store, one a repetition.
#pragma once

#include "ask/form.hpp"
#include "base/environment.hpp"
#include "base/loop.hpp"
#include "base/settings.hpp"
#include "chat/model.hpp"

#include <memory>

namespace llm {

class StoredAnswers {
public:
    /// All are borrowed. Opens the store.
    StoredAnswers(Loop&, const Settings&, const Environment&, const Models&, const Form&);
    ~StoredAnswers();

    /// Gives the record its `response` where it is there.
    bool find(Record&);
    /// Keeps the answer the record was given since.
    void keep(Record&);
    void settle();
    void close();

private:
    struct Space;
    struct State;
    Space& space_of(const Record&);
    std::unique_ptr<State> state_;
};

}  // namespace llm
