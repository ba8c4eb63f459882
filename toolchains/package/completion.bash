# bash completion for sluice

_sluice() {
  local cur prev words cword
  _init_completion || return
  case $prev in
    --ca | --cert | --key | --password-file | --state) _filedir; return ;;
    --mqtt-version) COMPREPLY=($(compgen -W '5 311' -- "$cur")); return ;;
    --clean-start) COMPREPLY=($(compgen -W 'true false' -- "$cur")); return ;;
  esac
  if [ "$cword" -eq 1 ]; then
    COMPREPLY=($(compgen -W 'run check journal try status consume --help --version' -- "$cur"))
    return
  fi
  case ${words[1]} in
    run | check) _filedir toml ;;
    try)
      if [[ $cur == -* ]]; then COMPREPLY=($(compgen -W '--topic --identity' -- "$cur")); else _filedir; fi
      ;;
    status) COMPREPLY=($(compgen -W '--admin' -- "$cur")) ;;
    consume)
      COMPREPLY=($(compgen -W '--url --topic --ca --cert --key --username --password-file --mqtt-version
        --client-id --clean-start --count --idle-exit --state' -- "$cur"))
      ;;
    journal)
      if [ "$cword" -eq 2 ]; then
        COMPREPLY=($(compgen -W 'ls cat verify' -- "$cur"))
      elif [[ $cur == -* ]]; then
        COMPREPLY=($(compgen -W '--segments --from --count --json' -- "$cur"))
      else
        _filedir -d
      fi
      ;;
  esac
} && complete -F _sluice sluice
