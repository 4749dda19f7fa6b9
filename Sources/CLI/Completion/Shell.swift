/// A shell whose lines can be completed.
enum Shell: String, CaseIterable {
    case bash, zsh

    /// What it runs where it begins. The script knows nothing of the commands: it asks `daybook --complete`, so that it
    /// fits whichever version is called.
    var script: String {
        switch self {
        case .bash: Self.bashScript
        case .zsh: Self.zshScript
        }
    }

    // An alias is no program, and stands for this one.

    private static let bashScript = #"""
        _daybook() {
            local program=${COMP_WORDS[0]/#'~/'/"$HOME/"} answer path
            type -P -- "$program" >/dev/null || program=daybook
            mapfile -t answer < <("$program" --complete bash "${COMP_LINE:0:COMP_POINT}" \
                "${COMP_LINE:COMP_POINT}" "$2" </dev/null 2>/dev/null)
            COMPREPLY=("${answer[@]:2}")
            case ${answer[0]-} in
                stems) compopt -o nospace ;;
                files) compopt -o default ;;
                folders) compopt -o dirnames ;;
                file-behind)
                    compopt -o filenames
                    while IFS= read -r path; do
                        [[ -d $path ]] && path+=/ && compopt -o nospace
                        COMPREPLY+=("${answer[1]}$path")
                    done < <(compgen -f -- "${2#"${answer[1]}"}")
                    ;;
            esac
        }
        complete -F _daybook daybook
        """#

    private static let zshScript = #"""
        #compdef daybook
        _daybook() {
            local program=${${(Q)words[1]}/#'~/'/$HOME/}
            local -a answer
            whence -p -- $program >/dev/null || program=daybook
            answer=("${(@f)$($program --complete zsh \
                "$words[1,CURRENT-1] $IPREFIX$QIPREFIX$PREFIX" " $words[CURRENT+1,-1]" \
                </dev/null 2>/dev/null)}")
            [[ -n $answer[2] ]] && compset -P ${(b)answer[2]}
            local kind=$answer[1]
            answer=("${(@)answer[3,-1]}")
            case $kind in
                words) _describe -t values value answer ;;
                stems) _describe -t values value answer -S '' ;;
                files|file-behind) _files ;;
                folders) _files -/ ;;
            esac
        }
        if [[ $funcstack[1] == _daybook ]]; then
            _daybook "$@"
        else
            (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
            compdef _daybook daybook
        fi
        """#
}
