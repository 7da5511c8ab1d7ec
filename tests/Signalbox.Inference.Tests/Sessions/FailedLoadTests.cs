using System.Diagnostics.Metrics;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tests.Support;

namespace Signalbox.Inference.Tests.Sessions;

public sealed class FailedLoadTests
{
    [Fact]
    public void Slots_that_were_made_before_memory_was_out_are_given_back()
    {
        var runner = new FakeRunner { CachesLeft = 2 };
        Assert.Throws<OutOfMemoryException>(() => new Scheduler(runner, new SchedulerOptions { ContextLength = 10, MinimumSlots = 3 }, TimeProvider.System));
        Assert.Equal(0, runner.LiveCaches);
    }

    [Fact]
    public void An_engine_without_a_timer_gives_its_slots_back()
    {
        var runner = new FakeRunner();
        Assert.Throws<OutOfMemoryException>(() => new Scheduler(runner, new SchedulerOptions { ContextLength = 10 }, new NoTimers(new OutOfMemoryException())));
        Assert.Equal(0, runner.LiveCaches);
    }

    [Fact]
    public void A_load_that_runs_out_of_memory_is_a_fault_and_keeps_neither_the_file_nor_the_meter()
    {
        using var file = RandomModels.Create(new RandomModel());
        var (name, published, completed) = (Path.GetFileName(file.Path), 0, 0);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == EngineMetrics.MeterName && instrument.Meter.Tags!.Any(tag => (tag.Key, tag.Value as string) == ("model", name)))
                {
                    published++;
                    listener.EnableMeasurementEvents(instrument);
                }
            },
            MeasurementsCompleted = (_, _) => completed++,
        };
        listener.Start();

        Assert.False(InferenceEngine.TryLoad(file.Path, LoadedEngine.Options, new NoTimers(new OutOfMemoryException()), out _, out var fault));

        Assert.Equal(EngineFaultKind.Overloaded, fault.Kind);
        Assert.True(published > 0);
        Assert.Equal(published, completed);
        Assert.False(IsMapped(file.Path));
    }

    [Fact]
    public void A_load_that_breaks_keeps_no_file_mapped()
    {
        using var file = RandomModels.Create(new RandomModel());
        Assert.Throws<InvalidOperationException>(() => InferenceEngine.TryLoad(file.Path, LoadedEngine.Options, new NoTimers(new InvalidOperationException()), out _, out _));
        Assert.False(IsMapped(file.Path));
        Assert.ThrowsAny<Exception>(() => EngineParts.TryLoad(file.Path, null!, out _, out _));
        Assert.False(IsMapped(file.Path));
        Assert.True(EngineParts.TryLoad(file.Path, LoadedEngine.Options, out var parts, out _));
        Assert.Equal(OperatingSystem.IsLinux(), IsMapped(file.Path));
        parts.Dispose();
    }

    private static bool IsMapped(string path) => OperatingSystem.IsLinux() && File.ReadAllText("/proc/self/maps").Contains(path, StringComparison.Ordinal);

    private sealed class NoTimers(Exception failure) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => throw failure;
    }
}
