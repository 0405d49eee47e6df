/** The shells that complete `salas` commands. */
export const shells = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof shells)[number];

/**
 * A shell's script, which asks `salas complete` with the words typed so far, the last of which is being typed. Where that
 * fails it may be the name of a file.
 */
export const scripts: Readonly<Record<Shell, string>> = {
  // bash takes "=" for a word of its own; `salas complete` passes over it.
  bash: `# Completion of salas for bash. In ~/.bashrc: source <(salas completion bash)
_salas() {
  local IFS=$'\\n' found
  found=$(salas complete bash -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || compopt -o default
  COMPREPLY=($found)
}
complete -F _salas salas
`,
  zsh: `#compdef salas
# Completion of salas for zsh. In ~/.zshrc, behind compinit: source <(salas completion zsh)
_salas() {
  local found
  local -a candidates
  found=$(salas complete zsh -- "\${(@)words[2,CURRENT]}" 2>/dev/null) || { _files; return }
  candidates=("\${(@f)found}")
  [[ -z $found ]] || _describe salas candidates
}
if [[ $funcstack[1] == _salas ]]; then
  _salas "$@"
else
  compdef _salas salas
fi
`,
  fish: `# Completion of salas for fish. Once: salas completion fish > ~/.config/fish/completions/salas.fish
function __salas_complete
    set -l typed (commandline -opc)
    set -l word (commandline -ct | string collect --allow-empty)
    salas complete fish -- $typed[2..-1] $word 2>/dev/null; or __fish_complete_path $word
end
complete -c salas -f -a '(__salas_complete)'
`,
};
