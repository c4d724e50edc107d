#compdef llm-eval
# zsh completion for llm-eval, written by `make docs` from completions/zsh.in and `llm-eval --describe`.

_llm_eval_ask_binary() {
    local -a lines words shown
    lines=(${(f)"$(_call_program candidates ${(q)service:-llm-eval} --complete $1 ${(q)PREFIX} 2>/dev/null)"})
    words=(${lines%%$'\t'*})
    shown=(${lines/$'\t'/  -- })
    compadd -l -d shown -a words
}

_llm_eval() {
    local curcontext=$curcontext state line verb word
    local -a common own verbs
    verbs=(
        'run:ask and check a suite\: prompts × models × cases'
        'compare:say whether run B is worse than run A, case by case'
        'report:sum up records that were evaluated'
        'drift:run a suite against its history, and alarm where it has drifted'
        'from-log:make cases of journalled calls and of people'\''s corrections'
        'sample:pick records for people to look at'
        'judge-check:say how far a judge agrees with people'
        'checks:list the assertions there are'
    )
    common=(
        '(--suite)--suite=[Hold records to this suite\: to its defaults, and to the case whose id is the record'\''s]:FILE:{_llm_eval_ask_binary suite}'
        '*--expect=[Hold every record to this, besides what its own expect says]:CHECK: '
        '*--gate=[End with exit code 1 unless this holds]:EXPR: '
        '*--judge=[Let this model grade where an assertion names none]:NAME:{_llm_eval_ask_binary model}'
        '(--embedder)--embedder=[What makes vectors for similar\: builtin, or provider/model]:NAME: '
        '(--prompts)--prompts=[Look for prompts of judges here before the built-in ones]:FOLDER:_files -/'
        '(--html)--html=[Write a page that stands alone\: filter, sort, read prompts and answers side by side, compare two runs]:FILE:_files'
        '(--junit)--junit=[Write JUnit'\''s XML]:FILE:_files'
        '(--markdown)--markdown=[Write Markdown, for a pull request]:FILE:_files'
        '(--github)--github[Annotate failed cases for GitHub Actions on stderr, and add the Markdown to the job'\''s summary]'
        '(-j --jobs)-j+[Work on N records at once]:N: '
        '(-j --jobs)--jobs=[Work on N records at once]:N: '
        '(--unordered)--unordered[Write each record as soon as it is done]'
        '(--when)--when=[Work on those records only for which this jq program is true]:JQ: '
        '*--wrap=[Make each line member NAME of a new record]:NAME:{_llm_eval_ask_binary member}'
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
    (run)
        own=(
        '*-m+[Ask this model instead of the suite'\''s]:NAME:{_llm_eval_ask_binary model}'
        '*--model=[Ask this model instead of the suite'\''s]:NAME:{_llm_eval_ask_binary model}'
        '*-t+[Ask this prompt instead of the suite'\''s\: a file, or the template itself, in mustache over the case'\''s variables]:FILE:_files'
        '*--template=[Ask this prompt instead of the suite'\''s\: a file, or the template itself, in mustache over the case'\''s variables]:FILE:_files'
        '(-s --system)-s+[Put this system prompt first]:TEXT: '
        '(-s --system)--system=[Put this system prompt first]:TEXT: '
        '*-o[Set an option of every request, over what the suite says]:KEY:{_llm_eval_ask_binary option}:VALUE: '
        '*--option[Set an option of every request, over what the suite says]:KEY:{_llm_eval_ask_binary option}:VALUE: '
        '(--schema)--schema=[Demand answers of this form, where the suite demands none]:SCHEMA:_files'
        '(--repeat)--repeat=[Ask each N times]:N: '
        '(--limit)--limit=[Take the first N cases only]:N: '
        '(--cache)--cache[Take answers from llm-cache'\''s store where they are there, and put new ones in]'
        '(--name)--name=[Name the run in reports and in the history]:NAME: '
        '(--save)--save[Add the run to the history that drift looks at]'
        '(--store)--store=[Keep the history here, not in the data folder]:FILE:_files'
        '::SUITE: '
        ) ;;
    (compare)
        own=(
        '(--alpha)--alpha=[Take a difference for real where chance would bring it about less often than this]:P: '
        '(--metric)--metric=[Compare this\: pass, score, cost, ms, tokens, or a metric by its name]:NAME: '
        '(--when-a)--when-a=[Of A take those records only for which this holds, such as '\''.case.model == "openai/gpt-5-mini"'\'']:JQ: '
        '(--when-b)--when-b=[The same for B]:JQ: '
        '::A: '
        '::B: '
        ) ;;
    (report)
        own=(
        '*:FILE: '
        ) ;;
    (drift)
        own=(
        '*-m+[Ask this model instead of the suite'\''s]:NAME:{_llm_eval_ask_binary model}'
        '*--model=[Ask this model instead of the suite'\''s]:NAME:{_llm_eval_ask_binary model}'
        '*-t+[Ask this prompt instead of the suite'\''s\: a file, or the template itself, in mustache over the case'\''s variables]:FILE:_files'
        '*--template=[Ask this prompt instead of the suite'\''s\: a file, or the template itself, in mustache over the case'\''s variables]:FILE:_files'
        '(-s --system)-s+[Put this system prompt first]:TEXT: '
        '(-s --system)--system=[Put this system prompt first]:TEXT: '
        '*-o[Set an option of every request, over what the suite says]:KEY:{_llm_eval_ask_binary option}:VALUE: '
        '*--option[Set an option of every request, over what the suite says]:KEY:{_llm_eval_ask_binary option}:VALUE: '
        '(--schema)--schema=[Demand answers of this form, where the suite demands none]:SCHEMA:_files'
        '(--repeat)--repeat=[Ask each N times]:N: '
        '(--limit)--limit=[Take the first N cases only]:N: '
        '(--cache)--cache[Take answers from llm-cache'\''s store where they are there, and put new ones in]'
        '(--name)--name=[Name the run in reports and in the history]:NAME: '
        '(--baseline)--baseline=[Compare with the last N runs]:N: '
        '(--limits)--limits=[Alarm beyond so many standard deviations from run to run]:SIGMA: '
        '(--store)--store=[Keep the history here, not in the data folder]:FILE:_files'
        '::SUITE: '
        ) ;;
    (from-log)
        own=(
        '(--since)--since=[Calls from this time on\: a date, 2h, 7d, yesterday]:TIME: '
        '(--until)--until=[Calls before this time]:TIME: '
        '(--model)--model=[Calls of this model; * stands for anything]:NAME:{_llm_eval_ask_binary model}'
        '(--tool)--tool=[Calls made by this tool]:NAME: '
        '(--count)--count=[At most N, the newest]:N: '
        '(--corrections)--corrections=[Make cases of people'\''s corrections alone]:FILE:_files'
        ) ;;
    (sample)
        own=(
        '(--count)--count=[Pick N, 20 where nothing is said]:N: '
        '(--by)--by=[What to pick]:WHICH:((random\:"each as likely as any other" lowest\:"the lowest scores" disagreement\:"where checks, or repetitions of a case, say most different things"))'
        '(--metric)--metric=[Go by this metric'\''s score, not by the whole one]:NAME: '
        '(--seed)--seed=[Another seed picks others]:N: '
        '*:FILE: '
        ) ;;
    (judge-check)
        own=(
        '(--metric)--metric=[The judge'\''s word is this check'\''s, not the whole one]:NAME: '
        '(--min-kappa)--min-kappa=[End with exit code 1 where Cohen'\''s kappa is below]:K: '
        '::LABELLED: '
        ) ;;
    (checks)
        own=(
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

if [[ $funcstack[1] == _llm_eval || $funcstack[1] == _llm-eval ]]; then
    _llm_eval "$@"
else
    compdef _llm_eval llm-eval
fi
