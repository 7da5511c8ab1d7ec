using System.Globalization;
using System.Text;

namespace Signalbox.Bench.Gateway;

/// <summary>The upstreams of the bench: a path prefix of nginx and a provider of the gateway, under one name.</summary>
internal static class Providers
{
    /// <summary>One complete answer of 1 KB.</summary>
    public const string Complete = "complete";
    /// <summary>500 events in as few writes as the socket takes: the parsing is not hidden behind system calls.</summary>
    public const string Burst = "burst";
    /// <summary>500 events, one write each, 50 per second: what a provider does.</summary>
    public const string Paced = "paced";
    /// <summary>A short stream of 20 events per second.</summary>
    public const string Trickle = "trickle";
    /// <summary>One event per second.</summary>
    public const string Slow = "slow";

    public static readonly IReadOnlyList<string> All = [Complete, Burst, Paced, Trickle, Slow];
}

/// <summary>One HTTP request of the bench, the same for wrk, the load client and the checks.</summary>
internal sealed record Call(int Port, string Path, string Body)
{
    /// <summary>An openai-chat request at the bare proxy or at nginx itself.</summary>
    public static Call Plain(int port, string provider) =>
        new(port, $"/{provider}/v1/chat/completions", Payloads.OpenAiRequest("bench-model", provider != Providers.Complete));

    public static Call Relayed(int port, string provider) =>
        new(port, "/v1/chat/completions", Payloads.OpenAiRequest($"{provider}/bench-model", provider != Providers.Complete));

    /// <summary>The same question, asked of a route instead of a model.</summary>
    public static Call Routed(int port, string route) =>
        new(port, "/v1/chat/completions", Payloads.OpenAiRequest(route, stream: false));

    public static Call Translated(int port, string provider) =>
        new(port, "/v1/messages", Payloads.AnthropicRequest($"{provider}/bench-model", provider != Providers.Complete));

    public static readonly IReadOnlyList<(string Name, string Value)> Headers =
    [
        ("content-type", "application/json"),
        ("accept", "*/*"),
        ("authorization", "Bearer bench"),
        ("anthropic-version", "2023-06-01"),
    ];

    public byte[] RawRequest()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"POST {Path} HTTP/1.1\r\nhost: 127.0.0.1:{Port}\r\ncontent-length: {Encoding.UTF8.GetByteCount(Body)}\r\n");
        foreach (var (name, value) in Headers)
        {
            text.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }
        return Encoding.UTF8.GetBytes(text.Append("\r\n").Append(Body).ToString());
    }
}
