# Completion of sps for bash, 3.2 or newer. Set up with one line in ~/.bashrc:
#   source <(sps completions bash)
# bash 3.2, which macOS has, reads no `<(…)` there: eval "$(sps completions bash)"

_sps() {
    COMPREPLY=()
    local program="${1-}" answer='' line='' kind='' prefix='' value=''
    # The shell has not expanded the word: it may begin with a tilde, or be an alias.
    program="${program/#\~\//${HOME-}/}"
    type -P -- "$program" >/dev/null 2>&1 || program=sps
    answer="$(_SPS_COMPLETE=bash "$program" "${COMP_LINE:0:COMP_POINT}" "${COMP_WORDBREAKS-}" 2>/dev/null)" || return 0
    {
        IFS= read -r kind || :
        IFS= read -r prefix || :
        IFS= read -r value || :
        while IFS= read -r line; do
            COMPREPLY[${#COMPREPLY[@]}]="$line"
        done
    } <<<"$answer"
    [[ $kind == files || $kind == folders ]] || return 0
    if [[ -z $prefix && ${#COMPREPLY[@]} -eq 0 ]]; then
        # The shell itself knows best how to quote names of files.
        if [[ $kind == files ]]; then
            compopt -o default 2>/dev/null || :
        else
            compopt -o dirnames 2>/dev/null || :
        fi
        return 0
    fi
    while IFS= read -r line; do
        if [[ -n $line ]]; then
            COMPREPLY[${#COMPREPLY[@]}]="$prefix$line"
        fi
    done <<<"$(if [[ $kind == files ]]; then compgen -f -- "$value"; else compgen -d -- "$value"; fi)"
    compopt -o filenames 2>/dev/null || :
    return 0
}

if type compopt >/dev/null 2>&1; then
    complete -F _sps sps
else
    complete -o default -F _sps sps
fi
