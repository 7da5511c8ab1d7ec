using System.Text;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;
using Signalbox.Ledger;

namespace Signalbox.FunctionalTests.RecordedTraffic;

/// <summary>One gateway whose every provider is one upstream that plays a recording. One request at a time.</summary>
internal sealed class ReplayBench : IAsyncDisposable
{
    private readonly FakeUpstream _upstream;
    private Exchange? _replayed;

    private ReplayBench(FakeUpstream upstream, GatewayHarness gateway)
    {
        _upstream = upstream;
        Gateway = gateway;
        upstream.Behaviour = AnswerAsync;
    }

    public GatewayHarness Gateway { get; }

    /// <summary>What the provider was asked last.</summary>
    public UpstreamCall? Asked { get; private set; }

    /// <summary>What a gateway that has come to rest has recorded, by request id.</summary>
    public IReadOnlyDictionary<string, UsageRecord> Records => Gateway.Journal.ToList().ToDictionary(static record => record.RequestId);

    public static async Task<ReplayBench> StartAsync()
    {
        var upstream = await FakeUpstream.StartAsync();
        return new ReplayBench(upstream, await GatewayHarness.StartAsync(Config(upstream)));
    }

    /// <summary>Asks the gateway while the provider plays a recording.</summary>
    public Task<CallerAnswer> AskAsync(Exchange replayed, string path, byte[] body)
    {
        _replayed = replayed;
        Asked = null;
        return Gateway.AskAsync(path, body, ("anthropic-version", "2023-06-01"));
    }

    /// <summary>Asks the gateway while the provider gives the sample answer of its protocol.</summary>
    public Task<CallerAnswer> AskAsync(string path, byte[] body)
    {
        _replayed = null;
        Asked = null;
        return Gateway.AskAsync(path, body, ("anthropic-version", "2023-06-01"));
    }

    public void Replay(Exchange replayed) => _replayed = replayed;

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await _upstream.DisposeAsync();
    }

    private Task AnswerAsync(UpstreamCall call)
    {
        Asked = call;
        return _replayed is { } exchange ? ReplayAsync(exchange, call) : SampleAsync(call);
    }

    private static async Task ReplayAsync(Exchange exchange, UpstreamCall call)
    {
        var recording = exchange.Recording;
        if (!exchange.IsStreamed || exchange.IsError)
        {
            await call.AnswerAsync(recording.Status, recording.ContentType, recording.Answer);
            return;
        }

        var bytes = recording.Answer;
        if (exchange.IsArray && call.Query.Contains("alt=sse", StringComparison.Ordinal))
        {
            // Google sends an array only to those who do not ask for events; the gateway does, when it translates.
            bytes = Encoding.UTF8.GetBytes(string.Concat(Frames.ArrayItems(exchange.AnswerText).Select(static item =>
                $"data: {item.GetRawText().ReplaceLineEndings("")}\r\n\r\n")));
        }

        await call.StartAsync(recording.Status, recording.ContentType);
        const int Pieces = 5;
        for (var i = 0; i < Pieces; i++)
        {
            await call.SendAsync(bytes.AsMemory((bytes.Length * i / Pieces)..(bytes.Length * (i + 1) / Pieces)));
        }
    }

    private static Task SampleAsync(UpstreamCall call)
    {
        var wire = Wire.All.First(wire => call.Path.StartsWith(wire.UpstreamPath("m", false).Split("models/")[0], StringComparison.Ordinal));
        var isStream = wire.Dialect == "gemini" ? call.Path.EndsWith("streamGenerateContent", StringComparison.Ordinal) : call.Json.At("stream").ToString() == "True";
        return isStream
            ? call.AnswerAsync(200, wire.StreamContentType, string.Concat(wire.Pieces))
            : call.AnswerAsync(200, "application/json", wire.Complete);
    }

    private static string Config(FakeUpstream upstream)
    {
        var providers = Exchange.ProviderNames.Select(name =>
        {
            var dialect = name.StartsWith("any-", StringComparison.Ordinal) ? name[4..] : name switch
            {
                "anthropic" => "anthropic-messages",
                "gemini" => "gemini",
                "ollama" => "ollama",
                _ => "openai-chat",
            };
            return $$"""  "{{name}}": { "dialect": "{{dialect}}", "baseUrl": "{{upstream.BaseUrl(name)}}", "apiKey": "key-of-the-gateway" }""";
        });
        // A batch of Gemini embeddings names its model inside too: relayed only where the caller's name is the provider's.
        return $$"""
            { "providers": { {{string.Join(",\n", providers)}} },
              "models": { "no-such-embedding-model": { "provider": "any-gemini", "upstream": "no-such-embedding-model" } } }
            """;
    }
}
