#pragma once

#include <cstddef>
#include <string_view>

namespace sluice::normalise {

// Whether `name` can be a device's: it stands alone as the subject of CloudEvents and as a level of
// topics (`events/<device>/…`, `{device}`), so it must not become another level, a wildcard, one of
// the gateway's own `$…` topics, or a line of its own in a log. Not empty, of valid UTF-8.
bool IsDeviceName(std::string_view name);

// Whether a rule of access that quotes the name means that name and nothing else. Peers choose
// names: somebody who copies a rule for a device called "*" would let it speak for all.
bool MeansItselfInRules(std::string_view name);
inline constexpr size_t kMaxQuotedNameBytes = 256;  // longer ones are cut where they are quoted

}  // namespace sluice::normalise
