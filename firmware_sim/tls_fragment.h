#pragma once

#include <cstdint>

namespace sluice::fleet {

// Makes every TLS connection of this process that begins from now on ask for records of at most
// `bytes` (RFC 6066, section 4), as a board with little memory does: 512, 1,024, 2,048 or 4,096;
// anything else: false. Call it at most once, before the first connection.
//
// Paho has no option for it; OpenSSL tells of each context for connections that is made.
bool AskForFragments(uint16_t bytes);

}  // namespace sluice::fleet
