#compdef llm-ask
# zsh completion for llm-ask, written by `make docs` from completions/zsh.in and `llm-ask --describe`.

_llm_ask_ask_binary() {
    local -a lines words shown
    lines=(${(f)"$(_call_program candidates ${(q)service:-llm-ask} --complete $1 ${(q)PREFIX} 2>/dev/null)"})
    words=(${lines%%$'\t'*})
    shown=(${lines/$'\t'/  -- })
    compadd -l -d shown -a words
}

_llm_ask() {
    local curcontext=$curcontext state line verb word
    local -a common own verbs
    verbs=(

    )
    common=(
        '(-m --model)-m+[Ask this model]:NAME:{_llm_ask_ask_binary model}'
        '(-m --model)--model=[Ask this model]:NAME:{_llm_ask_ask_binary model}'
        '(-s --system)-s+[Put this system prompt first]:TEXT: '
        '(-s --system)--system=[Put this system prompt first]:TEXT: '
        '(-t --template)-t+[Make the prompt from this template]:FILE:_files'
        '(-t --template)--template=[Make the prompt from this template]:FILE:_files'
        '*-o[Set an option of the request]:KEY:{_llm_ask_ask_binary option}:VALUE: '
        '*--option[Set an option of the request]:KEY:{_llm_ask_ask_binary option}:VALUE: '
        '*-a+[Send this file or address along]:FILE:_files'
        '*--attachment=[Send this file or address along]:FILE:_files'
        '(--schema)--schema=[Demand an answer of this form]:SCHEMA:_files'
        '(--override)--override[Let these flags beat the record'\''s own members]'
        '(--no-context)--no-context[Leave the record'\''s context out of the request]'
        '(-x --extract)-x[Keep the last fenced code block only]'
        '(-x --extract)--extract[Keep the last fenced code block only]'
        '(--repairs)--repairs=[Send an answer that breaks its schema back at most N times]:N: '
        '(-c --continue)-c[Continue the last conversation of the journal]'
        '(-c --continue)--continue[Continue the last conversation of the journal]'
        '(--cid)--cid=[Continue this conversation]:ID: '
        '(--chat)--chat[Converse line by line]'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_ask_ask_binary member}'
        '(--lines)--lines[Take each line of stdin as a prompt, not as a record]'
        '(--no-stdin)--no-stdin[Leave stdin alone]'
        '(--retry-failed)--retry-failed[Try records again that bear an error]'
        '(--resume)--resume=[Note in FILE what is done, and skip it next time]:FILE:_files'
        '(-r --raw --null --json)-r[Write each answer'\''s text, not the record]'
        '(-r --raw --null --json)--raw[Write each answer'\''s text, not the record]'
        '(-0 --null --raw --json)-0[Write texts as --raw does, each ended by a NUL]'
        '(-0 --null --raw --json)--null[Write texts as --raw does, each ended by a NUL]'
        '(--json --raw --null)--json[Write records where text would come out, and listings as JSON Lines]'
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
        '(-q --quiet --verbose)-q[Say nothing on stderr but errors]'
        '(-q --quiet --verbose)--quiet[Say nothing on stderr but errors]'
        '(--quiet)*-v[Say more on stderr]'
        '(--quiet)*--verbose[Say more on stderr]'
        '(--explain)--explain[Say on stderr what is done with each record, and why]'
        '(--batch)--batch=[Ask by the provider'\''s batch API\: within a day, at OpenAI and Anthropic for half the price]:VERB:((submit\:"hand over stdin'\''s records and print the batch'\''s id (PROMPT); with an id, send what of it is not sent yet" status\:"how far all are, or the parts of one" collect\:"the records with their answers, in the order of the input, once all have ended" cancel\:"ask for no more; what is answered by then can be collected" rm\:"say what would be forgotten of it; with --yes forget it"))'
        '(--wait)--wait=[Wait at most this long for the batch to end]:TIME: '
        '(--models)--models[List the models there are, what they cost, and which can be asked now]'
        '(--budget-status)--budget-status[Show what was spent, what runs and calls have put aside, and which servers are not asked for now]'
        '(--log)--log=[Read the journal of calls]:VERB:((list\:"the calls, the last ones first" show\:"one call whole, by its id (PROMPT); the last one without" stats\:"calls, tokens and cost a day and model" prune\:"say what is older than log.keep; with --yes remove it"))'
        '(--since)--since=[Calls from this time on\: a date, 2h, 7d, yesterday]:TIME: '
        '(--until)--until=[Calls before this time]:TIME: '
        '(--fault)--fault=[Calls that ended with this fault, or '\''any'\'']:NAME: '
        '(--tool)--tool=[Calls made by this tool]:NAME: '
        '(--limit)--limit=[At most N lines]:N: '
        '(--older)--older=[For --log prune\: what is older than this, instead of log.keep]:TIME: '
        '(--yes)--yes[For --log prune and --batch rm\: remove it]'
        '(-h --help)-h[Print this help and exit]'
        '(-h --help)--help[Print this help and exit]'
        '(--version)--version[Print name and version and exit]'
        '(--describe)--describe[Print the command line as JSON and exit]'
    )
    own=(
        '::PROMPT: '
    )
    for word in ${words[2,CURRENT-1]}; do
        [[ -n ${(M)verbs:#$word:*} ]] && verb=$word && break
    done
    case $verb in

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

if [[ $funcstack[1] == _llm_ask || $funcstack[1] == _llm-ask ]]; then
    _llm_ask "$@"
else
    compdef _llm_ask llm-ask
fi
