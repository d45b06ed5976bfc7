/**
 * What a shell needs to ask `kade __complete` for the words that fit. The answer has a word per line, after a tab what it
 * is; the single line `:files` leaves the word to the shell.
 */
export const completionScripts = {
  bash: `# Completion of kade for bash. For this shell: source <(kade completion bash)
_kade() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default 2>/dev/null
      return
    fi
    COMPREPLY+=("\${line%%$'\\t'*}")
  done < <("$1" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _kade kade`,

  zsh: `#compdef kade
# Completion of kade for zsh. For this shell: source <(kade completion zsh)
_kade() {
  local line word
  local -a lines found
  lines=("\${(@f)$("\${words[1]}" __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ $lines[1] == :files ]]; then
    _files
    return
  fi
  for line in $lines; do
    word=\${\${line%%$'\\t'*}//:/\\\\:}
    if [[ $line == *$'\\t'* ]]; then found+=("$word:\${line#*$'\\t'}"); else found+=("$word"); fi
  done
  _describe kade found
}
if [[ $funcstack[1] == _kade ]]; then _kade "$@"; else compdef _kade kade; fi`,

  fish: `# Completion of kade for fish. For this shell: kade completion fish | source
function __kade_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l lines ($words[1] __complete -- $words[2..-1] "$current" 2>/dev/null)
    if test "$lines[1]" = ':files'
        __fish_complete_path "$current"
    else if set -q lines[1]
        printf '%s\\n' $lines
    end
end
complete -c kade -f -a '(__kade_complete)'`,
} as const
