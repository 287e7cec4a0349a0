# Completion of sps for fish, 3.1 or newer. Save it once:
#   sps completions fish > ~/.config/fish/completions/sps.fish

function __sps_complete
    set -l words (commandline -opc)
    # Without the quote or the backslashes that the user began it with.
    set -l current (commandline -ct | string replace -r '^["\']' '' | string replace -ra '\\\\(.)' '$1')
    # The shell has not expanded the word: it may begin with a tilde, or be an alias.
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    command -q -- $program; or set program sps
    set -lx _SPS_COMPLETE fish
    set -l lines ($program -- $words "$current" 2>/dev/null)
    set -l prefix "$lines[2]"
    set -l value "$lines[3]"
    if test (count $lines) -gt 3
        printf '%s\n' $lines[4..-1]
    end
    switch "$lines[1]"
        case files
            for path in (__fish_complete_path "$value")
                printf '%s\n' "$prefix$path"
            end
        case folders
            for path in (__fish_complete_directories "$value" '')
                printf '%s\n' "$prefix$path"
            end
    end
end

complete -c sps -e
complete -c sps --no-files -a '(__sps_complete)'
