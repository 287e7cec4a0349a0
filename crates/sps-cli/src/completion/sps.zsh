#compdef sps
# Completion of sps for zsh. Either save it as the file _sps in a folder of $fpath, before compinit runs:
#   sps completions zsh > ~/.zfunc/_sps
# or put two lines into ~/.zshrc, of which the first may be there already:
#   autoload -Uz compinit && compinit
#   source <(sps completions zsh)

_sps() {
    local program kind prefix line value
    local -a lines values
    local -i found=1
    # The shell has not expanded the word: it may begin with a tilde, or be an alias.
    program=${(Q)words[1]}
    program=${program/#\~\//$HOME/}
    [[ -n ${commands[$program]-} || -x $program ]] || program=sps
    lines=("${(@f)$(_SPS_COMPLETE=zsh "$program" -- "${(@Q)words[1,CURRENT-1]}" "${(Q)PREFIX}" 2>/dev/null)}")
    kind=${lines[1]-}
    prefix=${lines[2]-}
    # What follows `--option=` is completed by itself.
    [[ $prefix == *= ]] && compset -P 1 '*='
    for line in "${(@)lines[4,-1]}"; do
        value=${line%%$'\t'*}
        values+=("${value//:/\\:}:${line#*$'\t'}")
    done
    (( ${#values} )) && _describe 'value' values && found=0
    case $kind in
        (files) _files && found=0 ;;
        (folders) _files -/ && found=0 ;;
    esac
    return found
}

if [[ ${funcstack[1]-} == _sps ]]; then
    # The completion system has loaded this file to call the function.
    _sps "$@"
elif (( $+functions[compdef] )); then
    compdef _sps sps
else
    # compinit comes later: before the first prompt it has run, or it never will.
    _sps_register() {
        add-zsh-hook -d precmd _sps_register
        (( $+functions[compdef] )) && compdef _sps sps
        unfunction _sps_register
    }
    autoload -Uz add-zsh-hook && add-zsh-hook precmd _sps_register
fi
