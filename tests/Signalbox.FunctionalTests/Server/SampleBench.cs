using Signalbox.FunctionalTests.Fuzz;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Server;

/// <summary>A gateway with a provider of each dialect, named like it, that gives the sample answer.</summary>
internal sealed class SampleBench : IAsyncDisposable
{
    public const string ProviderKey = "key-of-the-gateway";

    private SampleBench(FakeUpstream upstream, GatewayHarness gateway) => (Upstream, Gateway) = (upstream, gateway);

    public FakeUpstream Upstream { get; }

    public GatewayHarness Gateway { get; }

    public static async Task<SampleBench> StartAsync(string more = "")
    {
        var upstream = await FakeUpstream.StartAsync();
        foreach (var wire in Wire.All)
        {
            upstream.On(wire.Dialect, call => FuzzBench.AnswerAsync(wire, call));
        }

        return new SampleBench(upstream, await GatewayHarness.StartAsync(Config(upstream, more)));
    }

    public static string Config(FakeUpstream upstream, string more = "")
    {
        var providers = Wire.All.Select(wire => $$""" "{{wire.Dialect}}": { "dialect": "{{wire.Dialect}}", "baseUrl": "{{upstream.BaseUrl(wire.Dialect)}}", "apiKey": "{{ProviderKey}}" }""");
        return $$"""{ "providers": { {{string.Join(",", providers)}} } {{more}} }""";
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Upstream.DisposeAsync();
    }
}
