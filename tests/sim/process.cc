#include "sim/process.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "app/books.h"
#include "app/make_uplink.h"
#include "config/profile_file.h"
#include "sim/memory_account.h"
#include "sim/replay_watch.h"
#include "sim/tap.h"
#include "support/inline_hash_worker.h"

namespace sluice::sim {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

// A service manager's, RestartSec=.
constexpr Duration kRestartDelay = seconds(1);
// What a machine takes to boot.
constexpr Duration kBoot = seconds(8);
constexpr Duration kStateTurn = milliseconds(500);

// Counts from the boot, as a machine's does.
class BootClock final : public Clock {
 public:
  BootClock(const Clock& world, MonotonicTime booted)
      : world_(world), since_(booted.time_since_epoch()) {}
  MonotonicTime Now() const override { return world_.Now() - since_; }
  WallTime WallNow() const override { return world_.WallNow(); }

 private:
  const Clock& world_;
  const Duration since_;
};

}  // namespace

struct Process::Life {
  Life(Process* process, uint64_t seed)
      : clock(process->parts_.scene.clock, process->booted_),
        env(process->parts_.disk.Mount()),
        health(clock, &metrics),
        random(seed),
        replays(process->parts_.witness),
        scheduler(&process->parts_.scene.scheduler, clock,
                  [process](const std::function<void()>& task) { process->Run(task); }),
        journal_turn(scheduler.NewTimer([process] { process->JournalTurn(); })),
        state_turn(scheduler.NewTimer([process] { process->StateTurn(); })) {}

  BootClock clock;
  std::unique_ptr<Env> env;
  Metrics metrics;
  Health health;
  Random random;
  ReplayWatch replays;
  ProcessScheduler scheduler;
  test::InlineHashWorker hash_worker{&scheduler};
  Timer journal_turn, state_turn;
  std::unique_ptr<app::Gateway> gateway;
  MonotonicTime journal_due{};
};

namespace {

std::vector<normalise::Profile> ProfilesOf(std::string_view product) {
  std::vector<normalise::Profile> profiles;
  for (const std::string& text : {ProfileText(product), HubProfileText(product)}) {
    auto profile = config::ParseProfile("profile.toml", text);
    SLUICE_CHECK(profile.ok());
    profiles.push_back(std::move(*profile));
  }
  return profiles;
}

}  // namespace

Process::Process(const Parts& parts)
    : parts_(parts), random_(parts.scene.RandomFor("process")), booted_(parts.scene.clock.Now()) {
  auto config = config::ParseConfig("sluice.toml", ConfigurationOf(parts.scene.plan));
  SLUICE_CHECK(config.ok());
  config_ = std::move(*config);
  profiles_ = ProfilesOf(kClimateProduct);
  late_profiles_ = ProfilesOf(kLateProduct);
  auto plan = config::PlanMemory(config_.config);
  SLUICE_CHECK(plan.ok());
  plan_ = std::move(*plan);
  start_timer_ = parts_.scene.scheduler.NewTimer([this] { Begin(); });
  pause_timer_ = parts_.scene.scheduler.NewTimer([this] {
    paused_ = false;
    parts_.scene.trace.Note("process: goes on");
    if (life_) life_->scheduler.Resume();
  });
}

Process::~Process() {
  parts_.network.SetAcceptor(nullptr, nullptr);
  if (life_) life_->scheduler.End();
}

app::Gateway& Process::gateway() { return *life_->gateway; }
Health& Process::health() { return life_->health; }
Metrics& Process::metrics() { return life_->metrics; }

void Process::Start() { StartIn(Duration(0)); }

void Process::StartIn(Duration after) {
  if (!finished_) start_timer_.Start(after);
}

Result<std::unique_ptr<app::Gateway>> Process::Create() {
  const app::Gateway::Machine machine{
      .env = *life_->env,
      .clock = life_->clock,
      .scheduler = life_->scheduler,
      .random = life_->random,
      .metrics = life_->metrics,
      .health = life_->health,
      .clock_is_synchronised = [this] { return parts_.scene.plan.clock_is_synchronised(); },
      .newest_file = newest_file_,
      .make_uplink =
          [this](const config::UplinkConfig& uplink) {
            return Result<std::unique_ptr<forward::Uplink>>(parts_.new_uplink(
                uplink.name, app::MqttOptionsOf(uplink, life_->clock), life_->scheduler));
          },
      .hash_worker = life_->hash_worker,
      .by_hand = true,
      .state_vfs = parts_.disk.vfs(),
      .tap =
          [this](broker::EventSink& ingest, journal::Journal& journal) {
            return NewTap(ingest, journal, parts_.witness, [this] { LookForReplays(); });
          }};
  const InGateway in_gateway;
  return app::Gateway::Create(config_.config, plan_, Profiles(), machine);
}

std::vector<normalise::Profile> Process::Profiles() const {
  std::vector<normalise::Profile> profiles = profiles_;
  if (LacksProfiles()) return profiles;
  profiles.insert(profiles.end(), late_profiles_.begin(), late_profiles_.end());
  return profiles;
}

void Process::Begin() {
  if (life_ || finished_) return;
  ++starts_;
  started_ = parts_.scene.age();
  MemoryAccount::ResetPeak();
  born_with_ = MemoryAccount::gateway_bytes();
  life_ = std::make_unique<Life>(this, random_.Next());
  if (parts_.scene.Strikes(Trouble::kMidway, 0.1, random_)) {
    parts_.disk.DieAfter(random_.Below(40));
    midway_ =
        Death{random_.Below(2) == 0 ? Witness::End::kKill : Witness::End::kPowerCut, kRestartDelay};
  }
  auto gateway = Create();
  if (midway_ && parts_.disk.died()) {
    parts_.scene.trace.Note("process: dies while it starts");
    parts_.scene.situations.Reached("died while starting");
    if (gateway.ok()) life_->gateway = std::move(*gateway);
    return Die(*std::exchange(midway_, std::nullopt));
  }
  parts_.disk.DieAfter(UINT64_MAX);
  midway_.reset();
  if (!gateway.ok()) {
    parts_.scene.trace.Note("process: cannot start: {}", gateway.status().ToString());
    if (!parts_.disk.MayRefuse(gateway.status())) {
      parts_.scene.verdict.Broken(7, "does not start: " + gateway.status().ToString());
    }
    Die({Witness::End::kKill, kRestartDelay});
    return;
  }
  life_->gateway = std::move(*gateway);
  app::RegisterBookMetrics(life_->gateway->journal(), life_->metrics);
  parts_.scene.trace.Note("process: started");
  parts_.witness.OnStarted();
  parts_.opened();
  life_->gateway->Start();
  Listen();
  LookForWork();
}

// As a listener would, with its bounds.
void Process::Listen() {
  server::Server& server = life_->gateway->server();
  auto context = std::make_shared<transport::StreamContext>();
  context->limits = config::ToStreamLimits(config_.config.limits, plan_);
  context->input_budget = server.input_budget();
  context->output_budget = server.output_budget();
  parts_.network.SetAcceptor(
      [&server](const std::string& identity, std::unique_ptr<transport::ByteStream> stream) {
        server.Accept({.anonymous = identity}, std::move(stream));
      },
      &life_->scheduler, std::move(context));
}

// A task of the process, on its loop.
void Process::Run(const std::function<void()>& task) {
  {
    const InGateway in_gateway;
    task();
  }
  if (!life_ || !life_->gateway) return;
  LookForReplays();
  LookForWork();
}

void Process::LookForReplays() {
  if (life_->gateway) life_->replays.Look(life_->gateway->letter_replay()->batch());
}

void Process::LookForWork() {
  const MonotonicTime now = life_->scheduler.Now();
  if (life_->gateway->journal().HasWork() &&
      (!life_->journal_turn.active() || life_->journal_due > now + parts_.disk.latency())) {
    life_->journal_due = now + parts_.disk.NewLatency();
    life_->journal_turn.Start(life_->journal_due - now);
  }
  state::Store* const state = life_->gateway->state();
  if (state != nullptr && !life_->state_turn.active()) life_->state_turn.Start(kStateTurn);
}

void Process::JournalTurn() {
  if (!life_->gateway) return;
  if (midway_) parts_.disk.DieAfter(random_.Below(12));
  const auto due = life_->gateway->journal().RunOnce();
  newest_file_ = std::max(newest_file_, parts_.scene.clock.WallNow());
  DieIfDue();
  if (!due || parts_.disk.died()) return;
  const MonotonicTime now = life_->scheduler.Now();
  life_->journal_due = std::max(*due, now + microseconds(20));
  life_->journal_turn.Start(life_->journal_due - now);
}

void Process::StateTurn() {
  state::Store* const state = life_->gateway ? life_->gateway->state() : nullptr;
  if (state == nullptr) return;
  state->RunOnce();
  DieIfDue();
}

// The disk has taken nothing more from some operation on: nobody must hear what the process made of
// it.
void Process::DieIfDue() {
  if (!midway_ || !parts_.disk.died()) return;
  life_->scheduler.End();
  parts_.scene.situations.Reached("died between two operations");
  parts_.scene.scheduler.Post([this, death = *std::exchange(midway_, std::nullopt)] {
    if (life_) Die(death);
  });
}

void Process::End(Witness::End how, Duration off) {
  if (life_) Die({how, off});
}

void Process::EndMidway(Witness::End how, Duration off) {
  if (life_) midway_ = Death{how, off};
}

void Process::Die(const Death& death) {
  constexpr const char* kWords[] = {"has stopped", "is killed", "loses its power"};
  parts_.scene.trace.Note("process: {}", kWords[static_cast<size_t>(death.how)]);
  midway_.reset();
  paused_ = false;
  pause_timer_.Stop();
  parts_.network.SetAcceptor(nullptr, nullptr);
  parts_.disk.EndProcess(death.how);
  life_->scheduler.End();
  JudgeMemory();
  life_->gateway.reset();
  life_.reset();
  JudgeLeaks();
  parts_.network.OnProcessEnded(death.how == Witness::End::kPowerCut);
  Duration off = death.off;
  if (death.how == Witness::End::kPowerCut) {
    off += kBoot;
    booted_ = parts_.scene.clock.Now() + death.off;
    // No battery keeps its clock.
    if (parts_.scene.Has(Trouble::kClock1970)) parts_.scene.clock.SetWall(WallTime(seconds(90)));
  }
  parts_.witness.OnEnded(death.how);
  StartIn(off);
}

// All that it holds is bounded, and the bounds are dealt out of the limit.
void Process::JudgeMemory() {
  const uint64_t most = parts_.scene.plan.memory_limit - config::kBytesOfProgram;
  if (MemoryAccount::gateway_peak() <= most) return;
  parts_.scene.verdict.Broken(5, fmt::format("{} bytes were allocated at a time, {} are allowed",
                                             MemoryAccount::gateway_peak(), most));
}

// The world's queues may still hold some of what was posted.
void Process::JudgeLeaks() {
  constexpr size_t kAllowed = 256 << 10;
  const size_t left =
      MemoryAccount::gateway_bytes() - std::min(MemoryAccount::gateway_bytes(), born_with_);
  if (left > kAllowed) {
    parts_.scene.verdict.Broken(5,
                                fmt::format("{} bytes are left of a process that has ended", left));
  }
}

void Process::Restart() {
  if (!life_ || !life_->gateway || paused_) return;
  parts_.scene.trace.Note("process: stops");
  parts_.network.SetAcceptor(nullptr, nullptr);
  life_->gateway->Shutdown([this] {
    parts_.scene.scheduler.Post([this] {
      if (life_) Stopped();
    });
  });
}

void Process::Stopped() {
  Status status;
  {
    const InGateway in_gateway;
    status = life_->gateway->Close();
  }
  parts_.scene.trace.Note("process: journal closed, {}", status.ToString());
  Die({Witness::End::kStop, kRestartDelay});
}

void Process::Pause(Duration duration) {
  if (!life_ || paused_) return;
  parts_.scene.trace.Note("process: stands still");
  paused_ = true;
  life_->scheduler.Pause();
  pause_timer_.Start(duration);
}

void Process::Finish() {
  finished_ = true;
  start_timer_.Stop();
  Restart();
}

}  // namespace sluice::sim
