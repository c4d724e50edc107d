# bash completion for llm-cache, written by `make docs` from completions/bash.in and `llm-cache --describe`.

_llm_cache() {
    local line=${COMP_LINE:0:COMP_POINT} verb= argument=':' i cur prev=
    local verbs='get put run outcome ls show rm prune stats export import why calibrate index verify' options='-h --help --version --describe'
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
        get) options+=' -m --model -s --system -t --template -o --option -a --attachment --schema --override --no-context --max-age --since --until --touch --lease --wait --samples --tag --semantic --verify --on --max-error --no-gate --embedder --store --namespace -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        put) options+=' --ttl --negative-ttl --tag --refusals --max-entries --max-bytes --evict --samples --semantic --embedder --alike --verify --store --namespace -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        run) options+=' --as --ignore --max-age --since --until --touch --lease --wait --samples -m --model -s --system -t --template -o --option -a --attachment --schema --override --no-context --semantic --verify --on --max-error --no-gate --alike --embedder --ttl --negative-ttl --tag --refusals --max-entries --max-bytes --evict --store --namespace -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        outcome) options+=' --verdict --store --namespace -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        ls) options+=' --model --tag --older --expired --limit --store --namespace --json' argument=':' ;;
        show) options+=' --store --namespace --json' argument=':' ;;
        rm) options+=' --yes --store --namespace --json' argument=':' ;;
        prune) options+=' --model --tag --older --expired --yes --all --flush --store --namespace --json' argument=':' ;;
        stats) options+=' --store --namespace --json' argument=':' ;;
        export) options+=' --model --tag --older --expired --store --namespace' argument=':' ;;
        import) options+=' --semantic --embedder --store --namespace -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json' argument=':' ;;
        why) options+=' --semantic --embedder --limit --store --namespace --json' argument=':' ;;
        calibrate) options+=' --max-error --plot --no-gate --embedder --json' argument=':' ;;
        index) options+=' --from --store --namespace --json -q --quiet -v --verbose --explain' argument=':' ;;
        verify) options+=' --recall --reembed --embedder --json --store --namespace -q --quiet -v --verbose --explain' argument=':' ;;
        *) ;;
    esac

    prev=${words[${#words[@]}-1]}
    if [[ $cur == --*=* ]]; then
        prev=${cur%%=*} cur=${cur#*=}
    elif ((${#words[@]} > 2)); then
        case ${words[${#words[@]}-2]} in
        -o|--option|-o|--option) return ;;
            *) ;;
        esac
    fi
    case $prev in
        -m|--model) _llm_ask_binary model; return ;;
        -s|--system) :; return ;;
        -t|--template) _llm_files; return ;;
        -o|--option) _llm_ask_binary option; return ;;
        -a|--attachment) _llm_files; return ;;
        --schema) _llm_files; return ;;
        --max-age) :; return ;;
        --since) :; return ;;
        --until) :; return ;;
        --touch) :; return ;;
        --lease) :; return ;;
        --wait) :; return ;;
        --samples) :; return ;;
        --tag) :; return ;;
        --verify) _llm_ask_binary model; return ;;
        --on) :; return ;;
        --max-error) :; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        --ttl) :; return ;;
        --negative-ttl) :; return ;;
        --tag) :; return ;;
        --max-entries) :; return ;;
        --max-bytes) :; return ;;
        --evict) _llm_reply lru lfu cost; return ;;
        --samples) :; return ;;
        --embedder) :; return ;;
        --alike) :; return ;;
        --verify) _llm_ask_binary model; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        --as) :; return ;;
        --ignore) _llm_ask_binary member; return ;;
        --max-age) :; return ;;
        --since) :; return ;;
        --until) :; return ;;
        --touch) :; return ;;
        --lease) :; return ;;
        --wait) :; return ;;
        --samples) :; return ;;
        -m|--model) _llm_ask_binary model; return ;;
        -s|--system) :; return ;;
        -t|--template) _llm_files; return ;;
        -o|--option) _llm_ask_binary option; return ;;
        -a|--attachment) _llm_files; return ;;
        --schema) _llm_files; return ;;
        --verify) _llm_ask_binary model; return ;;
        --on) :; return ;;
        --max-error) :; return ;;
        --alike) :; return ;;
        --embedder) :; return ;;
        --ttl) :; return ;;
        --negative-ttl) :; return ;;
        --tag) :; return ;;
        --max-entries) :; return ;;
        --max-bytes) :; return ;;
        --evict) _llm_reply lru lfu cost; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        --verdict) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        --model) _llm_ask_binary model; return ;;
        --tag) :; return ;;
        --older) :; return ;;
        --limit) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --model) _llm_ask_binary model; return ;;
        --tag) :; return ;;
        --older) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --model) _llm_ask_binary model; return ;;
        --tag) :; return ;;
        --older) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        --embedder) :; return ;;
        --limit) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --max-error) :; return ;;
        --plot) _llm_files; return ;;
        --embedder) :; return ;;
        --from) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
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
complete -F _llm_cache llm-cache
