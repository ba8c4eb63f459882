#pragma once

#include <cstddef>
#include <string>

#include "state/batch.h"

namespace sluice::state {

// Somebody who may come in, as identity::Account says it, or that there is nobody of that name any
// more.
struct IdentityRow {
  bool removed = false;  // then only the name counts
  std::string name = {};
  bool enabled = true;
  std::string password_hash = {};  // empty: none
  std::string psk = {};            // the key's bytes; empty: none

  size_t bytes() const {
    return sizeof(IdentityRow) + name.size() + password_hash.size() + psk.size();
  }
};

}  // namespace sluice::state
