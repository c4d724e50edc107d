#compdef llm-mem
# zsh completion for llm-mem, written by `make docs` from completions/zsh.in and `llm-mem --describe`.

_llm_mem_ask_binary() {
    local -a lines words shown
    lines=(${(f)"$(_call_program candidates ${(q)service:-llm-mem} --complete $1 ${(q)PREFIX} 2>/dev/null)"})
    words=(${lines%%$'\t'*})
    shown=(${lines/$'\t'/  -- })
    compadd -l -d shown -a words
}

_llm_mem() {
    local curcontext=$curcontext state line verb word
    local -a common own verbs
    verbs=(
        'add:remember files, folders, a text, or the records of standard input'
        'recall:give each record the passages that bear on its last user turn'
        'search:find passages by words and meaning'
        'ls:list passages, the newest first'
        'show:show passages whole'
        'history:list changes, or the versions of passages'
        'diff:show what changed between two versions of a passage'
        'stats:say how much is remembered'
        'edit:change a passage'\''s text in your editor'
        'rm:remove passages'
        'mv:move passages to another namespace'
        'tag:add tags to passages, or take them away'
        'pin:keep passages in sight\: recall gives them whatever is asked'
        'undo:take changes back'
        'pack:fit each record'\''s conversation into a number of tokens, and keep all of it'
        'core:show and change the blocks that always stand in the model'\''s sight'
        'tools:give each record the functions by which a model keeps its memory'
        'apply:carry out the memory functions that a record'\''s answer calls'
        'learn:draw facts from conversations and remember them'
        'review:decide on what learn --review proposes'
        'correct:set a passage right, and keep the mistake as a lesson'
        'corrections:write the corrections, also as training data or test cases'
        'export:write passages as records that import takes'
        'import:store what export wrote'
        'verify:look for damage in the memory'
        'sql:ask the memory in SQL, reading only'
    )
    common=(
        '(-h --help)-h[Print this help and exit]'
        '(-h --help)--help[Print this help and exit]'
        '(--version)--version[Print name and version and exit]'
        '(--describe)--describe[Print the command line as JSON and exit]'
    )
    own=(

    )
    for word in ${words[2,CURRENT-1]}; do
        [[ -n ${(M)verbs:#$word:*} ]] && verb=$word && break
    done
    case $verb in
    (add)
        own=(
        '(--text)--text=[Remember this text]:TEXT: '
        '(--chunk)--chunk=[Cut texts like this\: turn, sentence, paragraph(TOKENS,OVERLAP), heading(TOKENS), code(TOKENS), whole]:HOW: '
        '(--source)--source=[Show this as the source]:NAME: '
        '*--tag=[Mark all passages with this tag too]:TAG: '
        '(--time)--time=[Say since when it holds]:TIME: '
        '(--why)--why=[Write this reason into the journal of changes]:TEXT: '
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_mem_ask_binary member}'
        '(--lines)--lines[Take each line of stdin as a prompt, not as a record]'
        '(--no-stdin)--no-stdin[Leave stdin alone]'
        '(--retry-failed)--retry-failed[Try records again that bear an error]'
        '(--resume)--resume=[Note in FILE what is done, and skip it next time]:FILE:_files'
        '(-r --raw --null --json)-r[Write each answer'\''s text, not the record]'
        '(-r --raw --null --json)--raw[Write each answer'\''s text, not the record]'
        '(-0 --null --raw --json)-0[Write texts as --raw does, each ended by a NUL]'
        '(-0 --null --raw --json)--null[Write texts as --raw does, each ended by a NUL]'
        '(--json --raw --null)--json[Write records where text would come out, and listings as JSON Lines]'
        '(-q --quiet --verbose)-q[Say nothing on stderr but errors]'
        '(-q --quiet --verbose)--quiet[Say nothing on stderr but errors]'
        '(--quiet)*-v[Say more on stderr]'
        '(--quiet)*--verbose[Say more on stderr]'
        '(--explain)--explain[Say on stderr what is done with each record, and why]'
        '*:PATH:_files'
        ) ;;
    (recall)
        own=(
        '(-k --count)-k+[Find at most N passages]:N: '
        '(-k --count)--count=[Find at most N passages]:N: '
        '(--tokens)--tokens=[Keep to N tokens, all passages together, as this tool estimates them]:N: '
        '(--by)--by=[How to look]:HOW:((hybrid\:"words and vectors, joined by rank" words\:"BM25 alone" vectors\:"likeness of meaning alone"))'
        '(--around)--around=[Give with each passage the N before and behind it in its document]:N: '
        '(--mmr)--mmr=[Prefer passages that differ from those found already]::WEIGHT: '
        '(--half-life)--half-life=[Let a fact count half after this time, a quarter after twice of it]:TIME: '
        '(--as-of)--as-of=[Find what held at this time\: facts from before it, and those since superseded]:TIME: '
        '(--filter)--filter=[Passages for which this jq program is true]:JQ: '
        '(--on)--on=[Look for what this jq program gives, instead of the last user turn]:JQ: '
        '*--tag=[Passages with this tag]:TAG: '
        '(--source)--source=[Passages of this source; *, ? and \[ \] stand for other characters]:NAME:_files'
        '(--after)--after=[Facts of this time or later\: a date, or an age such as 7d]:TIME: '
        '(--before)--before=[Facts from before this time]:TIME: '
        '(--pinned)--pinned[Pinned passages]'
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_mem_ask_binary member}'
        '(--lines)--lines[Take each line of stdin as a prompt, not as a record]'
        '(--no-stdin)--no-stdin[Leave stdin alone]'
        '(--retry-failed)--retry-failed[Try records again that bear an error]'
        '(--resume)--resume=[Note in FILE what is done, and skip it next time]:FILE:_files'
        '(-r --raw --null --json)-r[Write each answer'\''s text, not the record]'
        '(-r --raw --null --json)--raw[Write each answer'\''s text, not the record]'
        '(-0 --null --raw --json)-0[Write texts as --raw does, each ended by a NUL]'
        '(-0 --null --raw --json)--null[Write texts as --raw does, each ended by a NUL]'
        '(--json --raw --null)--json[Write records where text would come out, and listings as JSON Lines]'
        '(-q --quiet --verbose)-q[Say nothing on stderr but errors]'
        '(-q --quiet --verbose)--quiet[Say nothing on stderr but errors]'
        '(--quiet)*-v[Say more on stderr]'
        '(--quiet)*--verbose[Say more on stderr]'
        '(--explain)--explain[Say on stderr what is done with each record, and why]'
        ) ;;
    (search)
        own=(
        '(-k --count)-k+[Find at most N passages]:N: '
        '(-k --count)--count=[Find at most N passages]:N: '
        '(--tokens)--tokens=[Keep to N tokens, all passages together, as this tool estimates them]:N: '
        '(--by)--by=[How to look]:HOW:((hybrid\:"words and vectors, joined by rank" words\:"BM25 alone" vectors\:"likeness of meaning alone"))'
        '(--around)--around=[Give with each passage the N before and behind it in its document]:N: '
        '(--mmr)--mmr=[Prefer passages that differ from those found already]::WEIGHT: '
        '(--half-life)--half-life=[Let a fact count half after this time, a quarter after twice of it]:TIME: '
        '(--as-of)--as-of=[Find what held at this time\: facts from before it, and those since superseded]:TIME: '
        '(--filter)--filter=[Passages for which this jq program is true]:JQ: '
        '*--tag=[Passages with this tag]:TAG: '
        '(--source)--source=[Passages of this source; *, ? and \[ \] stand for other characters]:NAME:_files'
        '(--after)--after=[Facts of this time or later\: a date, or an age such as 7d]:TIME: '
        '(--before)--before=[Facts from before this time]:TIME: '
        '(--pinned)--pinned[Pinned passages]'
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--json)--json[Print JSON Lines]'
        '(--explain)--explain[Show what words, vectors and age contributed to each score]'
        '*:WORD: '
        ) ;;
    (ls)
        own=(
        '*--tag=[Passages with this tag]:TAG: '
        '(--source)--source=[Passages of this source; *, ? and \[ \] stand for other characters]:NAME:_files'
        '(--after)--after=[Facts of this time or later\: a date, or an age such as 7d]:TIME: '
        '(--before)--before=[Facts from before this time]:TIME: '
        '(--pinned)--pinned[Pinned passages]'
        '(--limit)--limit=[At most N]:N: '
        '(--oldest)--oldest[Begin with the oldest]'
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        ) ;;
    (show)
        own=(
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '*:ID: '
        ) ;;
    (history)
        own=(
        '(--limit)--limit=[At most N changes]:N: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '*:ID: '
        ) ;;
    (diff)
        own=(
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '*:ID: '
        ) ;;
    (stats)
        own=(
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        ) ;;
    (edit)
        own=(
        '(--text)--text=[Make this its text; - is standard input]:TEXT: '
        '(--why)--why=[Write this reason into the journal of changes]:TEXT: '
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '*:ID: '
        ) ;;
    (rm)
        own=(
        '(--yes)--yes[Do it]'
        '*--tag=[Passages with this tag]:TAG: '
        '(--source)--source=[Passages of this source; *, ? and \[ \] stand for other characters]:NAME:_files'
        '(--after)--after=[Facts of this time or later\: a date, or an age such as 7d]:TIME: '
        '(--before)--before=[Facts from before this time]:TIME: '
        '(--pinned)--pinned[Pinned passages]'
        '(--why)--why=[Write this reason into the journal of changes]:TEXT: '
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '*:ID: '
        ) ;;
    (mv)
        own=(
        '(--to)--to=[The namespace they go to]:NAMESPACE:{_llm_mem_ask_binary namespace}'
        '(--why)--why=[Write this reason into the journal of changes]:TEXT: '
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '*:ID: '
        ) ;;
    (tag)
        own=(
        '*--add=[Add this tag]:TAG: '
        '*--remove=[Take this tag away]:TAG: '
        '(--why)--why=[Write this reason into the journal of changes]:TEXT: '
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '*:ID: '
        ) ;;
    (pin)
        own=(
        '(--off)--off[Let go of them again]'
        '(--why)--why=[Write this reason into the journal of changes]:TEXT: '
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '*:ID: '
        ) ;;
    (undo)
        own=(
        '(--why)--why=[Write this reason into the journal of changes]:TEXT: '
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '*:CHANGE: '
        ) ;;
    (pack)
        own=(
        '(--budget)--budget=[Keep to N tokens\: system text, tools, core blocks, summary, recalled passages and turns together]:N: '
        '(--conversation)--conversation=[Keep turns under this name]:NAME: '
        '(--summarise)--summarise=[Let this model write the summaries]:MODEL:{_llm_mem_ask_binary model}'
        '(--no-core)--no-core[Leave core blocks out of the system text]'
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_mem_ask_binary member}'
        '(--lines)--lines[Take each line of stdin as a prompt, not as a record]'
        '(--no-stdin)--no-stdin[Leave stdin alone]'
        '(--retry-failed)--retry-failed[Try records again that bear an error]'
        '(--resume)--resume=[Note in FILE what is done, and skip it next time]:FILE:_files'
        '(-r --raw --null --json)-r[Write each answer'\''s text, not the record]'
        '(-r --raw --null --json)--raw[Write each answer'\''s text, not the record]'
        '(-0 --null --raw --json)-0[Write texts as --raw does, each ended by a NUL]'
        '(-0 --null --raw --json)--null[Write texts as --raw does, each ended by a NUL]'
        '(--json --raw --null)--json[Write records where text would come out, and listings as JSON Lines]'
        '(-q --quiet --verbose)-q[Say nothing on stderr but errors]'
        '(-q --quiet --verbose)--quiet[Say nothing on stderr but errors]'
        '(--quiet)*-v[Say more on stderr]'
        '(--quiet)*--verbose[Say more on stderr]'
        '(--explain)--explain[Say on stderr what is done with each record, and why]'
        ) ;;
    (core)
        own=(
        '(--about)--about=[Say to the model what the block is for]:TEXT: '
        '(--characters)--characters=[Let the text have at most N characters]:N: '
        '(--read-only --no-read-only)--read-only[Whether people alone may change the text]'
        '(--read-only --no-read-only)--no-read-only[Whether people alone may change the text]'
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--why)--why=[Write this reason into the journal of changes]:TEXT: '
        '(--json)--json[Print JSON Lines]'
        '::ACTION: '
        '::LABEL: '
        '::TEXT: '
        ) ;;
    (tools)
        own=(
        '(--print)--print[Print the list itself, in the OpenAI shape, and read no records]'
        '*--only=[Only this function]:NAME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_mem_ask_binary member}'
        '(--lines)--lines[Take each line of stdin as a prompt, not as a record]'
        '(--no-stdin)--no-stdin[Leave stdin alone]'
        '(--retry-failed)--retry-failed[Try records again that bear an error]'
        '(--resume)--resume=[Note in FILE what is done, and skip it next time]:FILE:_files'
        '(-r --raw --null --json)-r[Write each answer'\''s text, not the record]'
        '(-r --raw --null --json)--raw[Write each answer'\''s text, not the record]'
        '(-0 --null --raw --json)-0[Write texts as --raw does, each ended by a NUL]'
        '(-0 --null --raw --json)--null[Write texts as --raw does, each ended by a NUL]'
        '(--json --raw --null)--json[Write records where text would come out, and listings as JSON Lines]'
        '(-q --quiet --verbose)-q[Say nothing on stderr but errors]'
        '(-q --quiet --verbose)--quiet[Say nothing on stderr but errors]'
        '(--quiet)*-v[Say more on stderr]'
        '(--quiet)*--verbose[Say more on stderr]'
        '(--explain)--explain[Say on stderr what is done with each record, and why]'
        ) ;;
    (apply)
        own=(
        '(--until-done)--until-done[Give each record to the command and carry out what it calls, again and again, until the model has answered]'
        '(--steps)--steps=[Ask at most N times for one record]:N: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_mem_ask_binary member}'
        '(--lines)--lines[Take each line of stdin as a prompt, not as a record]'
        '(--no-stdin)--no-stdin[Leave stdin alone]'
        '(--retry-failed)--retry-failed[Try records again that bear an error]'
        '(--resume)--resume=[Note in FILE what is done, and skip it next time]:FILE:_files'
        '(-r --raw --null --json)-r[Write each answer'\''s text, not the record]'
        '(-r --raw --null --json)--raw[Write each answer'\''s text, not the record]'
        '(-0 --null --raw --json)-0[Write texts as --raw does, each ended by a NUL]'
        '(-0 --null --raw --json)--null[Write texts as --raw does, each ended by a NUL]'
        '(--json --raw --null)--json[Write records where text would come out, and listings as JSON Lines]'
        '(-q --quiet --verbose)-q[Say nothing on stderr but errors]'
        '(-q --quiet --verbose)--quiet[Say nothing on stderr but errors]'
        '(--quiet)*-v[Say more on stderr]'
        '(--quiet)*--verbose[Say more on stderr]'
        '(--explain)--explain[Say on stderr what is done with each record, and why]'
        '*:COMMAND: '
        ) ;;
    (learn)
        own=(
        '(-m --model)-m+[Ask this model]:NAME:{_llm_mem_ask_binary model}'
        '(-m --model)--model=[Ask this model]:NAME:{_llm_mem_ask_binary model}'
        '(--review)--review[Write nothing; leave what would be written for llm-mem review]'
        '*--tag=[Mark the facts with this tag]:TAG: '
        '(--from-turns)--from-turns[Read the conversations that llm-mem pack keeps, and no records]'
        '(--from-log)--from-log[Read the journal of calls, and no records]'
        '(--conversation)--conversation=[Read this conversation only]:NAME: '
        '(--since)--since=[Read what was said at this time or later\: a date, yesterday, or an age such as 7d]:TIME: '
        '(--until)--until=[Read what was said before this time]:TIME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_mem_ask_binary member}'
        '(--lines)--lines[Take each line of stdin as a prompt, not as a record]'
        '(--no-stdin)--no-stdin[Leave stdin alone]'
        '(--retry-failed)--retry-failed[Try records again that bear an error]'
        '(--resume)--resume=[Note in FILE what is done, and skip it next time]:FILE:_files'
        '(-r --raw --null --json)-r[Write each answer'\''s text, not the record]'
        '(-r --raw --null --json)--raw[Write each answer'\''s text, not the record]'
        '(-0 --null --raw --json)-0[Write texts as --raw does, each ended by a NUL]'
        '(-0 --null --raw --json)--null[Write texts as --raw does, each ended by a NUL]'
        '(--json --raw --null)--json[Write records where text would come out, and listings as JSON Lines]'
        '(-q --quiet --verbose)-q[Say nothing on stderr but errors]'
        '(-q --quiet --verbose)--quiet[Say nothing on stderr but errors]'
        '(--quiet)*-v[Say more on stderr]'
        '(--quiet)*--verbose[Say more on stderr]'
        '(--explain)--explain[Say on stderr what is done with each record, and why]'
        ) ;;
    (review)
        own=(
        '(--list)--list[List what waits, and ask nothing]'
        '(--all)--all[Accept or reject everything that waits]'
        '(--text)--text=[Write this instead of what is proposed]:TEXT: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--why)--why=[Write this reason into the journal of changes]:TEXT: '
        '(--json)--json[Print JSON Lines]'
        '*:DECISION: '
        ) ;;
    (correct)
        own=(
        '(--question)--question=[What was asked when the mistake was seen]:TEXT: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--why)--why=[Write this reason into the journal of changes]:TEXT: '
        '(--json)--json[Print JSON Lines]'
        '::ID: '
        '::TEXT: '
        ) ;;
    (corrections)
        own=(
        '(--as)--as=[What to write]:SHAPE:((records\:"all that is known of each" sft\:"chats for fine-tuning" preferences\:"pairs of the right and the wrong answer" eval\:"cases for llm-eval"))'
        '(--since)--since=[Corrections from this time on\: a date, or an age such as 7d]:TIME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        ) ;;
    (export)
        own=(
        '*--tag=[Passages with this tag]:TAG: '
        '(--source)--source=[Passages of this source; *, ? and \[ \] stand for other characters]:NAME:_files'
        '(--after)--after=[Facts of this time or later\: a date, or an age such as 7d]:TIME: '
        '(--before)--before=[Facts from before this time]:TIME: '
        '(--pinned)--pinned[Pinned passages]'
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        ) ;;
    (import)
        own=(
        '(--why)--why=[Write this reason into the journal of changes]:TEXT: '
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_mem_ask_binary member}'
        '(--lines)--lines[Take each line of stdin as a prompt, not as a record]'
        '(--no-stdin)--no-stdin[Leave stdin alone]'
        '(--retry-failed)--retry-failed[Try records again that bear an error]'
        '(--resume)--resume=[Note in FILE what is done, and skip it next time]:FILE:_files'
        '(-r --raw --null --json)-r[Write each answer'\''s text, not the record]'
        '(-r --raw --null --json)--raw[Write each answer'\''s text, not the record]'
        '(-0 --null --raw --json)-0[Write texts as --raw does, each ended by a NUL]'
        '(-0 --null --raw --json)--null[Write texts as --raw does, each ended by a NUL]'
        '(--json --raw --null)--json[Write records where text would come out, and listings as JSON Lines]'
        '(-q --quiet --verbose)-q[Say nothing on stderr but errors]'
        '(-q --quiet --verbose)--quiet[Say nothing on stderr but errors]'
        '(--quiet)*-v[Say more on stderr]'
        '(--quiet)*--verbose[Say more on stderr]'
        '(--explain)--explain[Say on stderr what is done with each record, and why]'
        ) ;;
    (verify)
        own=(
        '(--reembed)--reembed[Make all vectors anew, with the embedder of --embedder]'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(-q --quiet --verbose)-q[Say nothing on stderr but errors]'
        '(-q --quiet --verbose)--quiet[Say nothing on stderr but errors]'
        '(--quiet)*-v[Say more on stderr]'
        '(--quiet)*--verbose[Say more on stderr]'
        '(--explain)--explain[Say on stderr what is done with each record, and why]'
        ) ;;
    (sql)
        own=(
        '(--store)--store=[Use this memory]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the memory]:NAME:{_llm_mem_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '::QUERY: '
        ) ;;
    ('')
        (( $#verbs )) && own=('1: :->verb' '*: : ') ;;
    esac
    [[ -z $verb ]] || own=('1: : ' $own)
    _arguments -s -S -C $common $own && return 0
    if [[ $state == verb ]]; then
        _describe command verbs
        return
    fi
    return 1
}

if [[ $funcstack[1] == _llm_mem || $funcstack[1] == _llm-mem ]]; then
    _llm_mem "$@"
else
    compdef _llm_mem llm-mem
fi
