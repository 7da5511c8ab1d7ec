using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;
using static Signalbox.Inference.Tests.Sessions.LoadedEngine;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class EngineLimitTests
{
    [Fact]
    public async Task Slots_come_with_the_load_and_go_when_they_have_rested()
    {
        var clock = new ManualClock();
        await using var engine = new LoadedEngine(options: Options with { MaximumSlots = 4 }, time: clock);
        Assert.Equal(1, engine.Engine.Statistics.Slots);
        await Task.WhenAll(Enumerable.Range(0, 12).Select(i => engine.TokensAsync(Request(Prompt(i, 20), 30))));
        Assert.Equal((4, 4 * 512), (engine.Engine.Statistics.Slots, engine.Engine.Statistics.CacheCapacity));
        clock.Advance(TimeSpan.FromSeconds(61));
        await engine.TokensAsync(Request(Prompt(1, 20), 2));
        Assert.Equal((1, 512), (engine.Engine.Statistics.Slots, engine.Engine.Statistics.CacheCapacity));
    }

    [Fact]
    public async Task The_memory_limit_decides_how_many_answers_run_at_once_and_the_others_wait()
    {
        await using var free = new LoadedEngine();
        var plan = free.Engine.Memory;
        await using var engine = new LoadedEngine(options: Options with { MemoryLimit = plan.BufferBytes + 2 * plan.SlotBytes });
        Assert.Equal((8, 2), (plan.MaximumSlots, engine.Engine.Memory.MaximumSlots));
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => engine.TokensAsync(Request(Prompt(i, 20), 20))));
        Assert.All(answers, tokens => Assert.InRange(tokens.Length, 1, 20));
        Assert.Equal(2, engine.Engine.Statistics.Slots);
    }

    [Fact]
    public void A_limit_that_holds_not_one_slot_is_refused_at_load()
    {
        using var file = RandomModels.Create(new RandomModel());
        Assert.False(InferenceEngine.TryLoad(file.Path, Options with { MemoryLimit = 100_000 }, TimeProvider.System, out _, out var fault));
        Assert.Equal(EngineFaultKind.Overloaded, fault.Kind);
        Assert.Contains("set the memory limit to", fault.Message);
    }

    [Fact]
    public async Task What_does_not_fit_the_queue_is_told_to_come_back()
    {
        await using var engine = new LoadedEngine(options: Options with { MaximumSlots = 1, MaximumQueue = 1 });
        var requests = Enumerable.Range(0, 6).Select(i => Request(Prompt(i, 20), 200)).ToArray();
        var answers = await Task.WhenAll(requests.Select(engine.AnswerAsync));
        var refused = answers.Where(events => events[^1].Fault is not null).ToArray();
        Assert.InRange(refused.Length, 1, 4);
        Assert.All(refused, events => Assert.Equal(EngineFaultKind.Overloaded, events[^1].Fault!.Kind));
    }

    [Fact]
    public async Task A_request_that_the_queue_has_no_room_for_costs_nothing_but_its_refusal()
    {
        await using var engine = new LoadedEngine(new RandomModel { VocabularySize = 5000 }, Options with { MaximumSlots = 1, MaximumQueue = 1 });
        var request = Request(Prompt(1, 20), 400) with { Sampling = Greedy with { Temperature = 1, TopK = 0, TopP = 0.9f } };
        EngineFault? fault = null;
        var (before, attempts) = (0L, 0);
        for (; fault is null && attempts < 20; attempts++)
        {
            before = GC.GetAllocatedBytesForCurrentThread();
            engine.Engine.TryStart(request, out _, out fault);
        }

        Assert.Equal(EngineFaultKind.Overloaded, fault?.Kind);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 16 * 1024);
    }

    [Fact]
    public async Task A_closed_engine_says_that_it_is_stopped()
    {
        var engine = new LoadedEngine();
        Assert.False(engine.Engine.IsStopped);
        await engine.DisposeAsync();
        Assert.True(engine.Engine.IsStopped);
    }

    [Fact]
    public async Task What_the_engine_does_can_be_watched_by_the_models_name()
    {
        await using var engine = new LoadedEngine();
        var seen = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == EngineMetrics.MeterName && instrument.Meter.Tags!.Any(tag => (tag.Key, tag.Value as string) == ("model", engine.FileName)))
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.SetMeasurementEventCallback<int>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen[instrument.Name] = value);
        listener.Start();

        var tokens = await engine.TokensAsync(Request(Prompt(1, 20), 10));
        listener.RecordObservableInstruments();

        Assert.Equal(20, seen["signalbox.inference.tokens.prompt"]);
        Assert.Equal(tokens.Length, seen["signalbox.inference.tokens.generated"]);
        Assert.Equal(1, seen["signalbox.inference.slots"]);
        Assert.Equal(512, seen["signalbox.inference.cache.capacity"]);
        Assert.True(seen["signalbox.inference.pass.duration"] > 0);
        Assert.True(seen["signalbox.inference.busy"] > 0);
    }
}
