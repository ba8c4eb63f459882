#pragma once

#include "config/config.h"
#include "config/toml_reader.h"

namespace sluice::config {

// What the text gets wrong beyond the form of single values: names that are used twice or refer to
// nothing, topics, URLs and addresses that are none, memory that cannot hold what the rest asks
// for, streams in which nothing can ever become an event. Looks at nothing but the text. `table`
// says where things stand in the file.
void CheckReferences(const toml::table& table, const Config& config, Mistakes* mistakes);

}  // namespace sluice::config
