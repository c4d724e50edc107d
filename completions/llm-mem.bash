# bash completion for llm-mem, written by `make docs` from completions/bash.in and `llm-mem --describe`.

_llm_mem() {
    local line=${COMP_LINE:0:COMP_POINT} verb= argument=':' i cur prev=
    local verbs='add recall search ls show history diff stats edit rm mv tag pin undo pack core tools apply learn review correct corrections export import verify sql' options='-h --help --version --describe'
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
        add) options+=' --text --chunk --source --tag --time --why --embedder --store --namespace -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument='_llm_files' ;;
        recall) options+=' -k --count --tokens --by --around --mmr --half-life --as-of --filter --on --tag --source --after --before --pinned --store --namespace --embedder -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        search) options+=' -k --count --tokens --by --around --mmr --half-life --as-of --filter --tag --source --after --before --pinned --store --namespace --embedder --json --explain' argument=':' ;;
        ls) options+=' --tag --source --after --before --pinned --limit --oldest --store --namespace --json' argument=':' ;;
        show) options+=' --store --namespace --json' argument=':' ;;
        history) options+=' --limit --store --namespace --json' argument=':' ;;
        diff) options+=' --store --namespace' argument=':' ;;
        stats) options+=' --store --namespace --json' argument=':' ;;
        edit) options+=' --text --why --embedder --store --namespace --json' argument=':' ;;
        rm) options+=' --yes --tag --source --after --before --pinned --why --embedder --store --namespace --json' argument=':' ;;
        mv) options+=' --to --why --embedder --store --namespace --json' argument=':' ;;
        tag) options+=' --add --remove --why --embedder --store --namespace --json' argument=':' ;;
        pin) options+=' --off --why --embedder --store --namespace --json' argument=':' ;;
        undo) options+=' --why --embedder --store --namespace --json' argument=':' ;;
        pack) options+=' --budget --conversation --summarise --no-core --store --namespace -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        core) options+=' --about --characters --read-only --no-read-only --store --namespace --embedder --why --json' argument=':' ;;
        tools) options+=' --print --only --store --namespace -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        apply) options+=' --until-done --steps --store --namespace --embedder -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        learn) options+=' -m --model --review --tag --from-turns --from-log --conversation --since --until --store --namespace --embedder -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        review) options+=' --list --all --text --store --namespace --embedder --why --json' argument=':' ;;
        correct) options+=' --question --store --namespace --embedder --why --json' argument=':' ;;
        corrections) options+=' --as --since --store --namespace' argument=':' ;;
        export) options+=' --tag --source --after --before --pinned --store --namespace' argument=':' ;;
        import) options+=' --why --embedder --store --namespace -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json -q --quiet -v --verbose --explain' argument=':' ;;
        verify) options+=' --reembed --embedder --store --namespace -q --quiet -v --verbose --explain' argument=':' ;;
        sql) options+=' --store --namespace --json' argument=':' ;;
        *) ;;
    esac

    prev=${words[${#words[@]}-1]}
    if [[ $cur == --*=* ]]; then
        prev=${cur%%=*} cur=${cur#*=}
    elif ((${#words[@]} > 2)); then
        case ${words[${#words[@]}-2]} in

            *) ;;
        esac
    fi
    case $prev in
        --text) :; return ;;
        --chunk) :; return ;;
        --source) :; return ;;
        --tag) :; return ;;
        --time) :; return ;;
        --why) :; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        -k|--count) :; return ;;
        --tokens) :; return ;;
        --by) _llm_reply hybrid words vectors; return ;;
        --around) :; return ;;
        --half-life) :; return ;;
        --as-of) :; return ;;
        --filter) :; return ;;
        --on) :; return ;;
        --tag) :; return ;;
        --source) _llm_files; return ;;
        --after) :; return ;;
        --before) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --embedder) :; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        -k|--count) :; return ;;
        --tokens) :; return ;;
        --by) _llm_reply hybrid words vectors; return ;;
        --around) :; return ;;
        --half-life) :; return ;;
        --as-of) :; return ;;
        --filter) :; return ;;
        --tag) :; return ;;
        --source) _llm_files; return ;;
        --after) :; return ;;
        --before) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --embedder) :; return ;;
        --tag) :; return ;;
        --source) _llm_files; return ;;
        --after) :; return ;;
        --before) :; return ;;
        --limit) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --limit) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --text) :; return ;;
        --why) :; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --tag) :; return ;;
        --source) _llm_files; return ;;
        --after) :; return ;;
        --before) :; return ;;
        --why) :; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --to) _llm_ask_binary namespace; return ;;
        --why) :; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --add) :; return ;;
        --remove) :; return ;;
        --why) :; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --why) :; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --why) :; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --budget) :; return ;;
        --conversation) :; return ;;
        --summarise) _llm_ask_binary model; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        --about) :; return ;;
        --characters) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --embedder) :; return ;;
        --why) :; return ;;
        --only) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        --steps) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --embedder) :; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        -m|--model) _llm_ask_binary model; return ;;
        --tag) :; return ;;
        --conversation) :; return ;;
        --since) :; return ;;
        --until) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --embedder) :; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        --text) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --embedder) :; return ;;
        --why) :; return ;;
        --question) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --embedder) :; return ;;
        --why) :; return ;;
        --as) _llm_reply records sft preferences eval; return ;;
        --since) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --tag) :; return ;;
        --source) _llm_files; return ;;
        --after) :; return ;;
        --before) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        --why) :; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
        -j|--jobs) :; return ;;
        --when) :; return ;;
        --wrap) _llm_ask_binary member; return ;;
        --resume) _llm_files; return ;;
        --embedder) :; return ;;
        --store) _llm_files; return ;;
        --namespace) _llm_ask_binary namespace; return ;;
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
complete -F _llm_mem llm-mem
