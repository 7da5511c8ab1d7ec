using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Faults;

/// <summary>
/// A gateway in front of one provider of every protocol and kind, e.g. <c>late-gemini</c>, and of a good one, e.g.
/// <c>second-gemini</c>; and the routes <c>p-gemini--second-ollama</c> (in this order) and <c>p-gemini--else-second-ollama</c> (as a
/// declared fallback).
/// </summary>
public sealed class FaultBench : IAsyncLifetime
{
    private static readonly (string Kind, string Settings)[] Kinds =
    [
        ("p", ""), ("late", ",\"firstOutputTimeout\":\"100ms\""), ("idle", ",\"idleTimeout\":\"100ms\""), ("second", ""),
    ];

    internal FakeUpstream Upstream { get; private set; } = null!;

    internal GatewayHarness Gateway { get; private set; } = null!;

    /// <summary>The dialects by name, for tables.</summary>
    internal static IEnumerable<string> Dialects => Wire.All.Select(static wire => wire.Dialect);

    /// <summary>Another dialect than this one.</summary>
    internal static Wire Other(Wire wire) => Wire.All[(Wire.All.ToList().IndexOf(wire) + 1) % Wire.All.Count];

    public async ValueTask InitializeAsync()
    {
        Upstream = await FakeUpstream.StartAsync();
        var providers =
            from kind in Kinds
            from dialect in Dialects
            let name = $"{kind.Kind}-{dialect}"
            select $"\"{name}\":{{\"dialect\":\"{dialect}\",\"baseUrl\":\"{Upstream.BaseUrl(name)}\"{kind.Settings}}}";
        var routes =
            from kind in Kinds
            where kind.Kind != "second"
            from first in Dialects
            from second in Dialects
            let target = $"{kind.Kind}-{first}"
            from route in new[]
            {
                $"\"{target}--second-{second}\":{{\"models\":[\"{target}/m\",\"second-{second}/m\"]}}",
                $"\"{target}--else-second-{second}\":{{\"models\":[\"{target}/m\",\"idle-{first}/m\"],\"fallbacks\":[\"second-{second}/m\"]}}",
            }
            select route;
        Gateway = await GatewayHarness.StartAsync($"{{\"providers\":{{{string.Join(',', providers)}}},\"routes\":{{{string.Join(',', routes)}}}}}");
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    internal Task<CallerAnswer> AskAsync(Wire caller, string model, bool stream) =>
        Gateway.AskAsync(caller.Path(model, stream), caller.Request(model, stream));
}
