#pragma once

#include "app/config.h"
#include "app/toml_reader.h"

namespace sluice::app {

// What the text gets wrong beyond the form of single values: names that are used twice or refer to
// nothing, topics, URLs and addresses that are none, memory that cannot hold what the rest asks
// for, streams in which nothing can ever become an event. Looks at nothing but the text. `table`
// says where things stand in the file.
void CheckReferences(const toml::table& table, const Config& config, Mistakes* mistakes);

}  // namespace sluice::app
