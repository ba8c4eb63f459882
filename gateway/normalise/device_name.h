#pragma once

#include <string_view>

namespace sluice::normalise {

// Whether `name` can be a device's: it stands alone as the subject of CloudEvents and as a level of
// topics (`events/<device>/…`, `{device}`), so it must not become another level, a wildcard, one of
// the gateway's own `$…` topics, or a line of its own in a log. Not empty, of valid UTF-8.
bool IsDeviceName(std::string_view name);

}  // namespace sluice::normalise
