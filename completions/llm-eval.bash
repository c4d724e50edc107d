# bash completion for llm-eval, written by `make docs` from completions/bash.in and `llm-eval --describe`.

_llm_eval() {
    local line=${COMP_LINE:0:COMP_POINT} verb= argument=':' i cur prev=
    local verbs='run compare report drift from-log sample judge-check checks' options='--suite --expect --gate --judge --embedder --prompts --html --junit --markdown --github -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json --timeout --idle-timeout --retries --stream --no-stream --again --dry-run --record --replay --replay-missing -n --no-log -u --usage --reasoning -q --quiet -v --verbose --explain -h --help --version --describe'
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
        run) options+=' -m --model -t --template -s --system -o --option --schema --repeat --limit --cache --name --save --store' argument=':' ;;
        compare) options+=' --alpha --metric --when-a --when-b' argument=':' ;;
        report) options+=' ' argument=':' ;;
        drift) options+=' -m --model -t --template -s --system -o --option --schema --repeat --limit --cache --name --baseline --limits --store' argument=':' ;;
        from-log) options+=' --since --until --model --tool --count --corrections' argument=':' ;;
        sample) options+=' --count --by --metric --seed' argument=':' ;;
        judge-check) options+=' --metric --min-kappa' argument=':' ;;
        checks) options+=' ' argument=':' ;;
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
        --suite) _llm_ask_binary suite; return ;;
        --expect) :; return ;;
        --gate) :; return ;;
        --judge) _llm_ask_binary model; return ;;
        --embedder) :; return ;;
        --prompts) _llm_files -d; return ;;
        --html) _llm_files; return ;;
        --junit) _llm_files; return ;;
        --markdown) _llm_files; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        --timeout) :; return ;;
        --idle-timeout) :; return ;;
        --retries) :; return ;;
        --record) _llm_files; return ;;
        --replay) _llm_files; return ;;
        --replay-missing) _llm_reply fail ask; return ;;
        -m|--model) _llm_ask_binary model; return ;;
        -t|--template) _llm_files; return ;;
        -s|--system) :; return ;;
        -o|--option) _llm_ask_binary option; return ;;
        --schema) _llm_files; return ;;
        --repeat) :; return ;;
        --limit) :; return ;;
        --name) :; return ;;
        --store) _llm_files; return ;;
        --alpha) :; return ;;
        --metric) :; return ;;
        --when-a) :; return ;;
        --when-b) :; return ;;
        -m|--model) _llm_ask_binary model; return ;;
        -t|--template) _llm_files; return ;;
        -s|--system) :; return ;;
        -o|--option) _llm_ask_binary option; return ;;
        --schema) _llm_files; return ;;
        --repeat) :; return ;;
        --limit) :; return ;;
        --name) :; return ;;
        --baseline) :; return ;;
        --limits) :; return ;;
        --store) _llm_files; return ;;
        --since) :; return ;;
        --until) :; return ;;
        --model) _llm_ask_binary model; return ;;
        --tool) :; return ;;
        --count) :; return ;;
        --corrections) _llm_files; return ;;
        --count) :; return ;;
        --by) _llm_reply random lowest disagreement; return ;;
        --metric) :; return ;;
        --seed) :; return ;;
        --metric) :; return ;;
        --min-kappa) :; return ;;
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
complete -F _llm_eval llm-eval
