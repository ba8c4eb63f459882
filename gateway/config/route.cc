#include "config/route.h"

#include <fmt/format.h>

#include "config/config.h"
#include "config/names.h"
#include "forward/shared_uplink.h"

namespace sluice::config {
namespace {

constexpr Word<forward::Format> kFormats[] = {{"flatbuffers", forward::Format::kFlatBuffers},
                                              {"json", forward::Format::kJson}};

void Read(TableReader& t, BatchConfig* batch) {
  t.Number("max_events", 1, 10'000, &batch->max_events);
  t.Bytes("max_bytes", 1024, &batch->max_bytes);
  t.Time("linger", Duration(0), &batch->linger);
}

void Read(TableReader& t, WindowConfig* window) {
  t.Number("max_publishes", 1, 65'535, &window->max_publishes);
  t.Bytes("max_bytes", 1024, &window->max_bytes);
}

uint64_t MaxEventsOf(forward::Format format) {
  return format == forward::Format::kJson ? 1 : forward::RouteOptions{}.max_batch_events;
}

}  // namespace

void Read(TableReader& t, RouteConfig* route) {
  t.Require("from");
  t.Require("to");
  t.Text("from", &route->from);
  t.Text("to", &route->to);
  if (!route->from.empty() && !route->to.empty()) route->name = route->from + "-" + route->to;
  t.Name("name", &route->name);
  t.Parsed("topic", &route->topic, forward::TopicTemplate::Parse);
  t.OneOf("format", kFormats, &route->format);
  t.Time("max_age", Duration(0), &route->max_age);
  t.Table("batch", [&](TableReader& batch) { Read(batch, &route->batch); });
  if (route->batch.max_events == 0) route->batch.max_events = MaxEventsOf(route->format);
  t.Table("window", [&](TableReader& window) { Read(window, &route->window); });
}

void CheckRoutes(const Config& config, Diagnostics* diagnostics) {
  CheckNamesDiffer("route", config.routes, diagnostics);
  for (size_t i = 0; i < config.routes.size(); ++i) {
    const RouteConfig& route = config.routes[i];
    if (!HasName(config.streams, route.from)) {
      diagnostics->Error(
          fmt::format("route[{}].from", i),
          fmt::format("names the stream '{}', which no [[stream]] declares", route.from));
    }
    if (!HasName(config.uplinks, route.to)) {
      diagnostics->Error(
          fmt::format("route[{}].to", i),
          fmt::format("names the uplink '{}', which no [[uplink]] declares", route.to));
    }
    const uint64_t most = forward::SharedUplinkOptions{}.max_in_flight;
    if (route.window.max_publishes <= most) continue;
    diagnostics->Warning(fmt::format(
        "route {}: window.max_publishes of {} is lowered to {}, the most that all routes to one "
        "uplink have under way",
        route.name, route.window.max_publishes, most));
  }
}

forward::RouteOptions ToRouteOptions(const Config& config, const RouteConfig& route) {
  forward::RouteOptions options;
  options.name = route.name;
  options.gateway = config.gateway.id;
  options.stream = route.from;
  options.topic = route.topic;
  options.format = route.format;
  options.max_batch_events = route.batch.max_events;
  options.max_batch_bytes = route.batch.max_bytes;
  options.linger = route.batch.linger;
  options.max_in_flight = route.window.max_publishes;
  options.max_in_flight_bytes = route.window.max_bytes;
  if (route.max_age.count() > 0) options.max_age = route.max_age;
  return options;
}

}  // namespace sluice::config
