#compdef llm-cache
# zsh completion for llm-cache, written by `make docs` from completions/zsh.in and `llm-cache --describe`.

_llm_cache_ask_binary() {
    local -a lines words shown
    lines=(${(f)"$(_call_program candidates ${(q)service:-llm-cache} --complete $1 ${(q)PREFIX} 2>/dev/null)"})
    words=(${lines%%$'\t'*})
    shown=(${lines/$'\t'/  -- })
    compadd -l -d shown -a words
}

_llm_cache() {
    local curcontext=$curcontext state line verb word
    local -a common own verbs
    verbs=(
        'get:give each record the answer stored for it'
        'put:store each record'\''s answer'
        'run:let only what is not stored reach a command'
        'outcome:say whether an answer found by similarity was right'
        'ls:list what is stored, the newest first'
        'show:show entries whole'
        'rm:remove entries by key'
        'prune:remove what has expired, or a selection'
        'stats:say how often answers were found, and what that saved'
        'export:write the stored answers as records'
        'import:store what export wrote'
        'why:show what is stored near a text, and what a look-up would make of it'
        'calibrate:find the threshold that keeps wrong hits rare'
        'index:make searching among very many entries quick'
        'verify:look for damage in the cache'
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
    (get)
        own=(
        '(-m --model)-m+[Ask this model]:NAME:{_llm_cache_ask_binary model}'
        '(-m --model)--model=[Ask this model]:NAME:{_llm_cache_ask_binary model}'
        '(-s --system)-s+[Put this system prompt first]:TEXT: '
        '(-s --system)--system=[Put this system prompt first]:TEXT: '
        '(-t --template)-t+[Make the prompt from this template]:FILE:_files'
        '(-t --template)--template=[Make the prompt from this template]:FILE:_files'
        '*-o[Set an option of the request]:KEY:{_llm_cache_ask_binary option}:VALUE: '
        '*--option[Set an option of the request]:KEY:{_llm_cache_ask_binary option}:VALUE: '
        '*-a+[Send this file or address along]:FILE:_files'
        '*--attachment=[Send this file or address along]:FILE:_files'
        '(--schema)--schema=[Demand an answer of this form]:SCHEMA:_files'
        '(--override)--override[Let these flags beat the record'\''s own members]'
        '(--no-context)--no-context[Leave the record'\''s context out of the request]'
        '(--max-age)--max-age=[Take no answer older than this]:TIME: '
        '(--since)--since=[Take only answers stored at this time or later\: a date, or an age such as 7d]:TIME: '
        '(--until)--until=[Take only answers stored before this time]:TIME: '
        '(--touch)--touch=[Let an answer that is given live this long from now on, where it would expire sooner]:TIME: '
        '(--lease)--lease=[Tell other processes for so long that a miss is being answered]:TIME: '
        '(--wait)--wait=[Wait so long for another process that is having the same request answered]:TIME: '
        '(--samples)--samples=[Keep up to N answers to one request]:N: '
        '*--tag=[Take only answers with this tag]:TAG: '
        '(--semantic)--semantic=[Take the answer to a question asked in other words too]::T: '
        '(--verify)--verify=[Let this model decide, where similarity and rules agree]:MODEL:{_llm_cache_ask_binary model}'
        '(--on)--on=[Compare what this jq program gives, instead of the last user turn; what stands around it must be equal]:JQ: '
        '(--max-error)--max-error=[Let entries learn when they may answer, so that of what they decide at most this share is wrong]:SHARE: '
        '(--no-gate)--no-gate[Leave the rules out]'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_cache_ask_binary member}'
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
    (put)
        own=(
        '(--ttl)--ttl=[Let the answers expire after this time]:TIME: '
        '(--negative-ttl)--negative-ttl=[Keep failures too, for this time]:TIME: '
        '*--tag=[Mark the answers with this tag, for ls and prune]:TAG: '
        '(--refusals)--refusals[Keep refusals too]'
        '(--max-entries)--max-entries=[Keep at most N answers in the namespace]:N: '
        '(--max-bytes)--max-bytes=[Keep at most this much in the namespace]:SIZE: '
        '(--evict)--evict=[What goes first where the bounds are reached]:WHICH:((lru\:"what was not used for longest" lfu\:"what was used least often" cost\:"what has saved least money"))'
        '(--samples)--samples=[Keep up to N answers to one request]:N: '
        '(--semantic)--semantic[Have everything found by similarity, also what was not looked up so]'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--alike)--alike=[How near a new answer must be to the stored one for that to count as right, 0 to 1]:T: '
        '(--verify)--verify=[Let this model say whether the new answer to an explored question and the stored one say the same]:MODEL:{_llm_cache_ask_binary model}'
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_cache_ask_binary member}'
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
    (run)
        own=(
        '(--as)--as=[Name the command NAME in keys, instead of its words and the content of the files among them]:NAME: '
        '*--ignore=[Leave these members of the record out of its key, for instance ts,user]:NAMES:{_llm_cache_ask_binary member}'
        '(--max-age)--max-age=[Take no answer older than this]:TIME: '
        '(--since)--since=[Take only answers stored at this time or later\: a date, or an age such as 7d]:TIME: '
        '(--until)--until=[Take only answers stored before this time]:TIME: '
        '(--touch)--touch=[Let an answer that is given live this long from now on, where it would expire sooner]:TIME: '
        '(--lease)--lease=[Tell other processes for so long that a miss is being answered]:TIME: '
        '(--wait)--wait=[Wait so long for another process that is having the same request answered]:TIME: '
        '(--samples)--samples=[Keep up to N answers to one request]:N: '
        '(-m --model)-m+[Ask this model]:NAME:{_llm_cache_ask_binary model}'
        '(-m --model)--model=[Ask this model]:NAME:{_llm_cache_ask_binary model}'
        '(-s --system)-s+[Put this system prompt first]:TEXT: '
        '(-s --system)--system=[Put this system prompt first]:TEXT: '
        '(-t --template)-t+[Make the prompt from this template]:FILE:_files'
        '(-t --template)--template=[Make the prompt from this template]:FILE:_files'
        '*-o[Set an option of the request]:KEY:{_llm_cache_ask_binary option}:VALUE: '
        '*--option[Set an option of the request]:KEY:{_llm_cache_ask_binary option}:VALUE: '
        '*-a+[Send this file or address along]:FILE:_files'
        '*--attachment=[Send this file or address along]:FILE:_files'
        '(--schema)--schema=[Demand an answer of this form]:SCHEMA:_files'
        '(--override)--override[Let these flags beat the record'\''s own members]'
        '(--no-context)--no-context[Leave the record'\''s context out of the request]'
        '(--semantic)--semantic=[Take the answer to a question asked in other words too]::T: '
        '(--verify)--verify=[Let this model decide, where similarity and rules agree]:MODEL:{_llm_cache_ask_binary model}'
        '(--on)--on=[Compare what this jq program gives, instead of the last user turn; what stands around it must be equal]:JQ: '
        '(--max-error)--max-error=[Let entries learn when they may answer, so that of what they decide at most this share is wrong]:SHARE: '
        '(--no-gate)--no-gate[Leave the rules out]'
        '(--alike)--alike=[How near a new answer must be to the stored one for that to count as right, 0 to 1]:T: '
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--ttl)--ttl=[Let the answers expire after this time]:TIME: '
        '(--negative-ttl)--negative-ttl=[Keep failures too, for this time]:TIME: '
        '*--tag=[Mark the answers with this tag, for ls and prune]:TAG: '
        '(--refusals)--refusals[Keep refusals too]'
        '(--max-entries)--max-entries=[Keep at most N answers in the namespace]:N: '
        '(--max-bytes)--max-bytes=[Keep at most this much in the namespace]:SIZE: '
        '(--evict)--evict=[What goes first where the bounds are reached]:WHICH:((lru\:"what was not used for longest" lfu\:"what was used least often" cost\:"what has saved least money"))'
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_cache_ask_binary member}'
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
    (outcome)
        own=(
        '(--verdict)--verdict=[A jq program that says whether it was right\: true or false, "right" or "wrong", null where it cannot tell]:JQ: '
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_cache_ask_binary member}'
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
        '*:KEY: '
        ) ;;
    (ls)
        own=(
        '(--model)--model=[Answers of this model, by its full name]:NAME:{_llm_cache_ask_binary model}'
        '*--tag=[Answers with this tag]:TAG: '
        '(--older)--older=[Answers stored before this time\: a date, or an age such as 7d]:TIME: '
        '(--expired)--expired[Answers that cannot be found any more, because they expired or were flushed]'
        '(--limit)--limit=[At most N]:N: '
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        ) ;;
    (show)
        own=(
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '*:KEY: '
        ) ;;
    (rm)
        own=(
        '(--yes)--yes[Do it]'
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '*:KEY: '
        ) ;;
    (prune)
        own=(
        '(--model)--model=[Answers of this model, by its full name]:NAME:{_llm_cache_ask_binary model}'
        '*--tag=[Answers with this tag]:TAG: '
        '(--older)--older=[Answers stored before this time\: a date, or an age such as 7d]:TIME: '
        '(--expired)--expired[Answers that cannot be found any more, because they expired or were flushed]'
        '(--yes)--yes[Do it]'
        '(--all)--all[Select everything, in the namespace where one is given]'
        '(--flush)--flush[Let nothing stored so far be found any more, at once]'
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        ) ;;
    (stats)
        own=(
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        ) ;;
    (export)
        own=(
        '(--model)--model=[Answers of this model, by its full name]:NAME:{_llm_cache_ask_binary model}'
        '*--tag=[Answers with this tag]:TAG: '
        '(--older)--older=[Answers stored before this time\: a date, or an age such as 7d]:TIME: '
        '(--expired)--expired[Answers that cannot be found any more, because they expired or were flushed]'
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        ) ;;
    (import)
        own=(
        '(--semantic)--semantic[Have everything found by similarity, also what was not looked up so]'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_cache_ask_binary member}'
        '(--lines)--lines[Take each line of stdin as a prompt, not as a record]'
        '(--no-stdin)--no-stdin[Leave stdin alone]'
        '(--retry-failed)--retry-failed[Try records again that bear an error]'
        '(--resume)--resume=[Note in FILE what is done, and skip it next time]:FILE:_files'
        '(-r --raw --null --json)-r[Write each answer'\''s text, not the record]'
        '(-r --raw --null --json)--raw[Write each answer'\''s text, not the record]'
        '(-0 --null --raw --json)-0[Write texts as --raw does, each ended by a NUL]'
        '(-0 --null --raw --json)--null[Write texts as --raw does, each ended by a NUL]'
        '(--json --raw --null)--json[Write records where text would come out, and listings as JSON Lines]'
        ) ;;
    (why)
        own=(
        '(--semantic)--semantic=[The threshold that the verdicts are about]::T: '
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--limit)--limit=[Show N at most]:N: '
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '::TEXT: '
        ) ;;
    (calibrate)
        own=(
        '(--max-error)--max-error=[How many of the hits may be wrong]:SHARE: '
        '(--plot)--plot=[Draw the curve into this file, as SVG]:FILE:_files'
        '(--no-gate)--no-gate[Leave the rules out, to see what they do]'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--json)--json[Print JSON Lines]'
        '::PAIRS: '
        ) ;;
    (index)
        own=(
        '(--from)--from=[Build a graph from so many vectors on]:N: '
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(--json)--json[Print JSON Lines]'
        '(-q --quiet --verbose)-q[Say nothing on stderr but errors]'
        '(-q --quiet --verbose)--quiet[Say nothing on stderr but errors]'
        '(--quiet)*-v[Say more on stderr]'
        '(--quiet)*--verbose[Say more on stderr]'
        '(--explain)--explain[Say on stderr what is done with each record, and why]'
        ) ;;
    (verify)
        own=(
        '(--recall)--recall=[Measure how often the graph finds the nearest entry, and widen its search until it does so often enough]::SHARE: '
        '(--reembed)--reembed[Make the vectors of other embedders anew with the one of --embedder]'
        '(--embedder)--embedder=[What makes vectors\: builtin, or provider/model]:NAME: '
        '(--json)--json[Print JSON Lines]'
        '(--store)--store=[Use this cache]:FILE:_files'
        '(--namespace)--namespace=[Keep to this part of the cache]:NAME:{_llm_cache_ask_binary namespace}'
        '(-q --quiet --verbose)-q[Say nothing on stderr but errors]'
        '(-q --quiet --verbose)--quiet[Say nothing on stderr but errors]'
        '(--quiet)*-v[Say more on stderr]'
        '(--quiet)*--verbose[Say more on stderr]'
        '(--explain)--explain[Say on stderr what is done with each record, and why]'
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

if [[ $funcstack[1] == _llm_cache || $funcstack[1] == _llm-cache ]]; then
    _llm_cache "$@"
else
    compdef _llm_cache llm-cache
fi
