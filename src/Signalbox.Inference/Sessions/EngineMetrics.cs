using System.Diagnostics.Metrics;

namespace Signalbox.Inference.Sessions;

/// <summary>
/// The meter of one engine, named <c>Signalbox.Inference</c> and tagged with the model's file name. What the engine counts anyway is only read
/// when somebody listens.
/// </summary>
internal sealed class EngineMetrics : IDisposable
{
    public const string MeterName = "Signalbox.Inference";

    private readonly Meter _meter;
    private readonly Histogram<double> _passDuration;
    private readonly Histogram<int> _passTokens;

    public EngineMetrics(string model, Func<EngineStatistics> statistics)
    {
        _meter = new Meter(MeterName, version: null, [new("model", model)]);
        _passDuration = _meter.CreateHistogram<double>("signalbox.inference.pass.duration", "s", "Time of one pass over the active answers.");
        _passTokens = _meter.CreateHistogram<int>("signalbox.inference.pass.tokens", "{token}", "Tokens of one pass.");
        _meter.CreateObservableCounter("signalbox.inference.tokens.prompt", () => statistics().PromptTokens, "{token}", "Prompt tokens computed.");
        _meter.CreateObservableCounter("signalbox.inference.tokens.reused", () => statistics().ReusedTokens, "{token}", "Prompt tokens taken from another request's cache.");
        _meter.CreateObservableCounter("signalbox.inference.tokens.generated", () => statistics().GeneratedTokens, "{token}", "Tokens made.");
        _meter.CreateObservableCounter("signalbox.inference.busy", () => statistics().BusySeconds, "s", "Time spent in passes.");
        _meter.CreateObservableGauge("signalbox.inference.queue", () => statistics().Queued, "{request}", "Requests that wait for a slot.");
        _meter.CreateObservableGauge("signalbox.inference.slots", () => statistics().Slots, "{slot}", "Slots that have memory.");
        _meter.CreateObservableGauge("signalbox.inference.slots.active", () => statistics().ActiveSlots, "{slot}", "Answers being made.");
        _meter.CreateObservableGauge("signalbox.inference.cache.used", () => statistics().CachedPositions, "{token}", "Positions of all slots that are filled.");
        _meter.CreateObservableGauge("signalbox.inference.cache.capacity", () => statistics().CacheCapacity, "{token}", "Positions of all slots.");
    }

    public void PassEnded(TimeSpan duration, int tokens)
    {
        _passDuration.Record(duration.TotalSeconds);
        _passTokens.Record(tokens);
    }

    public void Dispose() => _meter.Dispose();
}
