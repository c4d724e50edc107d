# bash completion for llm-ask, written by `make docs` from completions/bash.in and `llm-ask --describe`.

_llm_ask() {
    local line=${COMP_LINE:0:COMP_POINT} verb= argument=':' i cur prev=
    local verbs='' options='-m --model -s --system -t --template -o --option -a --attachment --schema --override --no-context -x --extract --repairs -c --continue --cid --chat -j --jobs --unordered --when --wrap --lines --no-stdin --retry-failed --resume -r --raw -0 --null --json --timeout --idle-timeout --retries --stream --no-stream --again --dry-run --record --replay --replay-missing -n --no-log -u --usage --reasoning --rpm --tpm --budget --assume-price --share-identical -q --quiet -v --verbose --explain --batch --wait --models --budget-status --log --since --until --fault --tool --limit --older --yes -h --help --version --describe'
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

        *) ;;
    esac

    prev=${words[${#words[@]}-1]}
    if [[ $cur == --*=* ]]; then
        prev=${cur%%=*} cur=${cur#*=}
    elif ((${#words[@]} > 2)); then
        case ${words[${#words[@]}-2]} in
        -o|--option) return ;;
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
        --repairs) :; return ;;
        --cid) :; return ;;
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
        --rpm) :; return ;;
        --tpm) :; return ;;
        --budget) :; return ;;
        --assume-price) :; return ;;
        --batch) _llm_reply submit status collect cancel rm; return ;;
        --wait) :; return ;;
        --log) _llm_reply list show stats prune; return ;;
        --since) :; return ;;
        --until) :; return ;;
        --fault) :; return ;;
        --tool) :; return ;;
        --limit) :; return ;;
        --older) :; return ;;
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
complete -F _llm_ask llm-ask
