#compdef llm-route
# zsh completion for llm-route, written by `make docs` from completions/zsh.in and `llm-route --describe`.

_llm_route_ask_binary() {
    local -a lines words shown
    lines=(${(f)"$(_call_program candidates ${(q)service:-llm-route} --complete $1 ${(q)PREFIX} 2>/dev/null)"})
    words=(${lines%%$'\t'*})
    shown=(${lines/$'\t'/  -- })
    compadd -l -d shown -a words
}

_llm_route() {
    local curcontext=$curcontext state line verb word
    local -a common own verbs
    verbs=(
        'fallback:give what failed the next model of the policy'\''s lists'
        'explain:show which rule matches a prompt, and why'
        'check:look for rules nobody reaches, unknown models and bad thresholds'
        'cascade:ask cheap models first, and stronger ones while the answer is not good'
        'train:learn from recorded outcomes which requests need the strong model'
        'calibrate:set the threshold of a router'
        'report:say what a router is worth, beside chance, length and the best there could be'
    )
    common=(
        '(-p --policy)-p+[Choose by this policy]:FILE:_files'
        '(-p --policy)--policy=[Choose by this policy]:FILE:_files'
        '(--store)--store=[Keep the vectors of examples here]:FILE:_files'
        '(--again)--again[Choose for records that name a model already, too]'
        '(-m --model)-m+[Give this model to records that name none]:NAME:{_llm_route_ask_binary model}'
        '(-m --model)--model=[Give this model to records that name none]:NAME:{_llm_route_ask_binary model}'
        '(-s --system)-s+[Put this system prompt first]:TEXT: '
        '(-s --system)--system=[Put this system prompt first]:TEXT: '
        '(-t --template)-t+[Make the prompt from this template]:FILE:_files'
        '(-t --template)--template=[Make the prompt from this template]:FILE:_files'
        '*-o[Set an option of the request]:KEY:{_llm_route_ask_binary option}:VALUE: '
        '*--option[Set an option of the request]:KEY:{_llm_route_ask_binary option}:VALUE: '
        '*-a+[Send this file or address along]:FILE:_files'
        '*--attachment=[Send this file or address along]:FILE:_files'
        '(--schema)--schema=[Demand an answer of this form]:SCHEMA:_files'
        '(--override)--override[Let these flags beat the record'\''s own members]'
        '(--no-context)--no-context[Leave the record'\''s context out of the request]'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_route_ask_binary member}'
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
    (fallback)
        own=(
        '(-p --policy)-p+[Choose by this policy]:FILE:_files'
        '(-p --policy)--policy=[Choose by this policy]:FILE:_files'
        '(--store)--store=[Keep the vectors of examples here]:FILE:_files'
        '(--most)--most=[Try at most N further models for a record]:N: '
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_route_ask_binary member}'
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
    (explain)
        own=(
        '(-p --policy)-p+[Choose by this policy]:FILE:_files'
        '(-p --policy)--policy=[Choose by this policy]:FILE:_files'
        '(--store)--store=[Keep the vectors of examples here]:FILE:_files'
        '(-s --system)-s+[Put this system prompt first]:TEXT: '
        '(-s --system)--system=[Put this system prompt first]:TEXT: '
        '(-t --template)-t+[Make the prompt from this template]:FILE:_files'
        '(-t --template)--template=[Make the prompt from this template]:FILE:_files'
        '*-o[Set an option of the request]:KEY:{_llm_route_ask_binary option}:VALUE: '
        '*--option[Set an option of the request]:KEY:{_llm_route_ask_binary option}:VALUE: '
        '*-a+[Send this file or address along]:FILE:_files'
        '*--attachment=[Send this file or address along]:FILE:_files'
        '(--schema)--schema=[Demand an answer of this form]:SCHEMA:_files'
        '(--override)--override[Let these flags beat the record'\''s own members]'
        '(--no-context)--no-context[Leave the record'\''s context out of the request]'
        '(--json)--json[Print JSON Lines\: a line a rule, then the record'\''s route]'
        '::PROMPT: '
        ) ;;
    (check)
        own=(
        '(-p --policy)-p+[Choose by this policy]:FILE:_files'
        '(-p --policy)--policy=[Choose by this policy]:FILE:_files'
        '(--store)--store=[Keep the vectors of examples here]:FILE:_files'
        '(--json)--json[Print JSON Lines\: file, line, message]'
        '::POLICY:_files'
        ) ;;
    (cascade)
        own=(
        '(--tiers)--tiers=[Ask these in order, the cheapest first, until an answer is good]:NAME,NAME:{_llm_route_ask_binary model}'
        '(--deadline)--deadline=[Give a record this long for all its tiers together]:TIME: '
        '(--record-budget)--record-budget=[Spend no more than this on one record]:DOLLARS: '
        '(--unaccepted)--unaccepted=[What to do where no answer passed and no further tier can be asked]:HOW:((keep\:"the record gets the best answer there is; route.accepted is false" fail\:"the record fails"))'
        '*--accept=[Stop at an answer only where this holds; given several times, where all hold]:CHECK: '
        '(--samples)--samples=[Draw N answers of each tier but the last, and take one that most agree on]:N: '
        '(--agreement)--agreement=[How many of the samples must agree, as a share]:T: '
        '(--judge)--judge=[Let this model say how good the answer is; short for --accept judge\:MODEL]:MODEL:{_llm_route_ask_binary model}'
        '(--scorer)--scorer=[Let this scorer judge, which llm-route train --answers made; short for --accept scorer\:FILE]:FILE:_files'
        '(-s --system)-s+[Put this system prompt first]:TEXT: '
        '(-s --system)--system=[Put this system prompt first]:TEXT: '
        '(-t --template)-t+[Make the prompt from this template]:FILE:_files'
        '(-t --template)--template=[Make the prompt from this template]:FILE:_files'
        '*-o[Set an option of the request]:KEY:{_llm_route_ask_binary option}:VALUE: '
        '*--option[Set an option of the request]:KEY:{_llm_route_ask_binary option}:VALUE: '
        '*-a+[Send this file or address along]:FILE:_files'
        '*--attachment=[Send this file or address along]:FILE:_files'
        '(--schema)--schema=[Demand an answer of this form]:SCHEMA:_files'
        '(--override)--override[Let these flags beat the record'\''s own members]'
        '(--no-context)--no-context[Leave the record'\''s context out of the request]'
        '(--timeout)--timeout=[Give a call this long, all its attempts together]:TIME: '
        '(--idle-timeout)--idle-timeout=[Give up where nothing comes for this long]:TIME: '
        '(--retries)--retries=[Try again at most N times after a failure that may pass]:N: '
        '(--stream --no-stream)--stream[Write the answer while it comes, or when it is whole]'
        '(--stream --no-stream)--no-stream[Write the answer while it comes, or when it is whole]'
        '(--again)--again[Ask even where the record has a response]'
        '(--dry-run)--dry-run[Show what would be sent, its tokens and its price, and send nothing]'
        '(--record)--record=[Keep every answer in this cassette]:FILE:_files'
        '(--replay)--replay=[Answer from this cassette, without network]:FILE:_files'
        '(--replay-missing)--replay-missing=[What to do where the cassette has no answer]:HOW:((fail\:"the record fails" ask\:"the provider is asked"))'
        '(-n --no-log)-n[Leave these calls out of the journal]'
        '(-n --no-log)--no-log[Leave these calls out of the journal]'
        '(-u --usage)-u[Say tokens and cost on stderr]'
        '(-u --usage)--usage[Say tokens and cost on stderr]'
        '(--reasoning)--reasoning[Show the model'\''s reasoning on stderr]'
        '(--rpm)--rpm=[Begin at most N calls a minute to each model]:N: '
        '(--tpm)--tpm=[Use at most N tokens a minute of each model, likewise]:N: '
        '(--budget)--budget=[Spend at most this much in this run]:DOLLARS: '
        '(--assume-price)--assume-price=[Count models without a known price at this much, in dollars per million tokens, in budgets]:IN/OUT: '
        '(--share-identical)--share-identical[Send equal requests once where they are in flight at the same time, in this run or in others that say so too]'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_route_ask_binary member}'
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
    (train)
        own=(
        '(--weak)--weak=[The cheap model'\''s name, for records with '\''eval'\''\: one record a model, joined by id]:NAME:{_llm_route_ask_binary model}'
        '(--strong)--strong=[The strong model'\''s name, likewise]:NAME:{_llm_route_ask_binary model}'
        '(--from-log)--from-log[Take the question and the answer out of the journal where a record with '\''eval'\'' has none, by its id]'
        '(--since)--since=[Look at calls of the journal from this time on\: a date, or an age such as 7d]:TIME: '
        '(--output)--output=[Write the router into this file]:FILE:_files'
        '(--answers)--answers[Learn to judge the weak model'\''s answer too\: a scorer for cascade --scorer]'
        '(--neighbours)--neighbours=[Let the K nearest of the recorded requests have a say too; 0 leaves them out]:K: '
        '(--penalty)--penalty=[Hold weights down by this much; more is more careful]:X: '
        '(-q --quiet)-q[Say nothing on stderr but errors]'
        '(-q --quiet)--quiet[Say nothing on stderr but errors]'
        '::FILE:_files'
        ) ;;
    (calibrate)
        own=(
        '(--weak)--weak=[The cheap model'\''s name, for records with '\''eval'\''\: one record a model, joined by id]:NAME:{_llm_route_ask_binary model}'
        '(--strong)--strong=[The strong model'\''s name, likewise]:NAME:{_llm_route_ask_binary model}'
        '(--from-log)--from-log[Take the question and the answer out of the journal where a record with '\''eval'\'' has none, by its id]'
        '(--since)--since=[Look at calls of the journal from this time on\: a date, or an age such as 7d]:TIME: '
        '(--router)--router=[The router or scorer]:FILE:_files'
        '(--share --quality --cost)--share=[Ask the strong model for this share of requests like those given; they need no outcomes]:S: '
        '(--quality --share --cost)--quality=[Reach this share of the strong model'\''s quality at the least cost]:Q: '
        '(--cost --share --quality)--cost=[Reach the best quality at no more than this cost a request]:C: '
        '(--output --dry-run)--output=[Write the router with its threshold into this file instead]:FILE:_files'
        '(--dry-run --output)--dry-run[Say the threshold, and write nothing]'
        '(--json)--json[Print JSON Lines]'
        '::FILE:_files'
        ) ;;
    (report)
        own=(
        '(--weak)--weak=[The cheap model'\''s name, for records with '\''eval'\''\: one record a model, joined by id]:NAME:{_llm_route_ask_binary model}'
        '(--strong)--strong=[The strong model'\''s name, likewise]:NAME:{_llm_route_ask_binary model}'
        '(--from-log)--from-log[Take the question and the answer out of the journal where a record with '\''eval'\'' has none, by its id]'
        '(--since)--since=[Look at calls of the journal from this time on\: a date, or an age such as 7d]:TIME: '
        '*--router=[Judge this router or scorer by records it was not trained on]:FILE:_files'
        '(--folds)--folds=[Judge what training on these records is worth\: train K times, each time on all but a part that is scored]:K: '
        '(--group)--group=[Keep records together that agree in this member, so that whole subjects are held out of training]:MEMBER:{_llm_route_ask_binary member}'
        '(--answers)--answers[With --folds\: train scorers of answers, and count both calls, as a cascade makes them]'
        '(--neighbours)--neighbours=[With --folds\: as train --neighbours]:K: '
        '(--seed)--seed=[With --folds\: divide the records in another way]:N: '
        '(--weak-price)--weak-price=[Count costs by the tokens of the recorded answers; this is the weak model'\''s price of a million]:DOLLARS: '
        '(--strong-price)--strong-price=[The strong model'\''s price of a million tokens]:DOLLARS: '
        '(--draws)--draws=[Draw N samples for the intervals]:N: '
        '(--svg)--svg=[Draw cost against quality into this file]:FILE:_files'
        '(--json)--json[Print a line a strategy, as JSON]'
        '::FILE:_files'
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

if [[ $funcstack[1] == _llm_route || $funcstack[1] == _llm-route ]]; then
    _llm_route "$@"
else
    compdef _llm_route llm-route
fi
