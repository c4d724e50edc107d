# bash completion for llm-route, written by `make docs` from completions/bash.in and `llm-route --describe`.

_llm_route() {
    local line=${COMP_LINE:0:COMP_POINT} verb= argument=':' i cur prev=
    local verbs='fallback explain check cascade train calibrate report' options='-p --policy --store --again -m --model -s --system -t --template -o --option -a --attachment --schema --override --no-context -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain -h --help --version --describe'
    local -a words
    cur=${line##*[[:space:]]}
    read -ra words <<<"${line%"$cur"}"
    COMPREPLY=()

    # Readline begins a new word behind : and =, so what stands before the last of them is not its to replace.
    _llm_reply() {
        local word own=
        case $COMP_WORDBREAKS in *:*) [[ $cur == *:* ]] && own=${cur%"${cur##*:}"} ;; esac
        for word; do
            [[ $word == "$cur"* ]] && COMPREPLY+=("${word#"$own"}")
        done
    }
    _llm_ask_binary() {
        local word
        local -a found=()
        while IFS=$'\t' read -r word _; do found+=("$word"); done < <(command "${words[0]}" --complete "$1" "$cur" 2>/dev/null)
        _llm_reply "${found[@]}"
    }
    _llm_files() {
        compopt -o filenames 2>/dev/null
        while IFS= read -r i; do COMPREPLY+=("$i"); done < <(compgen "${1:--f}" -- "$cur")
    }

    for i in "${words[@]:1}"; do
        [[ -n $verb || " $verbs " != *" $i "* ]] || verb=$i
    done
    case $verb in
        fallback) options+=' -p --policy --store --most -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        explain) options+=' -p --policy --store -s --system -t --template -o --option -a --attachment --schema --override --no-context --json' argument=':' ;;
        check) options+=' -p --policy --store --json' argument='_llm_files' ;;
        cascade) options+=' --tiers --deadline --record-budget --unaccepted --accept --samples --agreement --judge --scorer -s --system -t --template -o --option -a --attachment --schema --override --no-context --timeout --idle-timeout --retries --stream --no-stream --again --dry-run --record --replay --replay-missing -n --no-log -u --usage --reasoning --rpm --tpm --budget --assume-price --share-identical -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        train) options+=' --weak --strong --from-log --since --output --answers --neighbours --penalty -q --quiet' argument='_llm_files' ;;
        calibrate) options+=' --weak --strong --from-log --since --router --share --quality --cost --output --dry-run --json' argument='_llm_files' ;;
        report) options+=' --weak --strong --from-log --since --router --folds --group --answers --neighbours --seed --weak-price --strong-price --draws --svg --json' argument='_llm_files' ;;
        *) ;;
    esac

    prev=${words[${#words[@]}-1]}
    if [[ $cur == --*=* ]]; then
        prev=${cur%%=*} cur=${cur#*=}
    elif ((${#words[@]} > 2)); then
        case ${words[${#words[@]}-2]} in
        -o|--option|-o|--option|-o|--option) return ;;
            *) ;;
        esac
    fi
    case $prev in
        -p|--policy) _llm_files; return ;;
        --store) _llm_files; return ;;
        -m|--model) _llm_ask_binary model; return ;;
        -s|--system) :; return ;;
        -t|--template) _llm_files; return ;;
        -o|--option) _llm_ask_binary option; return ;;
        -a|--attachment) _llm_files; return ;;
        --schema) _llm_files; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        -p|--policy) _llm_files; return ;;
        --store) _llm_files; return ;;
        --most) :; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        -p|--policy) _llm_files; return ;;
        --store) _llm_files; return ;;
        -s|--system) :; return ;;
        -t|--template) _llm_files; return ;;
        -o|--option) _llm_ask_binary option; return ;;
        -a|--attachment) _llm_files; return ;;
        --schema) _llm_files; return ;;
        -p|--policy) _llm_files; return ;;
        --store) _llm_files; return ;;
        --tiers) _llm_ask_binary model; return ;;
        --deadline) :; return ;;
        --record-budget) :; return ;;
        --unaccepted) _llm_reply keep fail; return ;;
        --accept) :; return ;;
        --samples) :; return ;;
        --agreement) :; return ;;
        --judge) _llm_ask_binary model; return ;;
        --scorer) _llm_files; return ;;
        -s|--system) :; return ;;
        -t|--template) _llm_files; return ;;
        -o|--option) _llm_ask_binary option; return ;;
        -a|--attachment) _llm_files; return ;;
        --schema) _llm_files; return ;;
        --timeout) :; return ;;
        --idle-timeout) :; return ;;
        --retries) :; return ;;
        --record) _llm_files; return ;;
        --replay) _llm_files; return ;;
        --replay-missing) _llm_reply fail ask; return ;;
        --rpm) :; return ;;
        --tpm) :; return ;;
        --budget) :; return ;;
        --assume-price) :; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        --weak) _llm_ask_binary model; return ;;
        --strong) _llm_ask_binary model; return ;;
        --since) :; return ;;
        --output) _llm_files; return ;;
        --neighbours) :; return ;;
        --penalty) :; return ;;
        --weak) _llm_ask_binary model; return ;;
        --strong) _llm_ask_binary model; return ;;
        --since) :; return ;;
        --router) _llm_files; return ;;
        --share) :; return ;;
        --quality) :; return ;;
        --cost) :; return ;;
        --output) _llm_files; return ;;
        --weak) _llm_ask_binary model; return ;;
        --strong) _llm_ask_binary model; return ;;
        --since) :; return ;;
        --router) _llm_files; return ;;
        --folds) :; return ;;
        --group) _llm_ask_binary member; return ;;
        --neighbours) :; return ;;
        --seed) :; return ;;
        --weak-price) :; return ;;
        --strong-price) :; return ;;
        --draws) :; return ;;
        --svg) _llm_files; return ;;
        *) ;;
    esac
    if [[ $cur == -* ]]; then
        _llm_reply $options
    elif [[ -n $verbs && -z $verb ]]; then
        _llm_reply $verbs
    else
        $argument
    fi
}
complete -F _llm_route llm-route
