using System.Text.Json;
using System.Text.Json.Serialization;

namespace Signalbox.Bench.Gateway.Processes;

/// <summary>Runs the load client as its own process, so that nothing else shares its runtime.</summary>
internal static class LoadClient
{
    public static async Task<RateResult> RateAsync(Setup setup, Call call, RatePlan plan, CancellationToken cancellationToken)
    {
        using var client = Start(setup, call, Placement.OneCpu, $"rate --rate {plan.Rate} --seconds {plan.Seconds} --threads {plan.Threads} --marker {plan.Marker}");
        var (output, exitCode) = await client.EndAsync(cancellationToken);
        var result = exitCode == 0 ? JsonSerializer.Deserialize(output, LoadClientJson.Default.RateResult) : null;
        return result is { Failed: 0 } ? result : throw new BenchException($"Fixed-rate load on {call.Path} had failures: {output}");
    }

    /// <summary>Opens the streams and keeps them open while <paramref name="measure"/> runs.</summary>
    public static async Task<HoldResult> HoldAsync(
        Setup setup, Call call, int count, Placement placement, Func<Task> measure, CancellationToken cancellationToken)
    {
        using var client = Start(setup, call, placement, $"hold --count {count}");
        var opened = await client.Output.ReadLineAsync(cancellationToken);
        if (opened == $"open {count}")
        {
            await measure();
        }
        var (output, exitCode) = await client.EndAsync(cancellationToken);
        var result = exitCode == 0 ? JsonSerializer.Deserialize(output, LoadClientJson.Default.HoldResult) : null;
        return result is { Broken: 0 } && result.Open == count
            ? result
            : throw new BenchException($"Of {count} slow streams on {call.Path} not all stayed open ({opened}): {output}");
    }

    private static Tool Start(Setup setup, Call call, Placement placement, string words)
    {
        var file = setup.Workspace.File($"request-{call.Port}.http");
        File.WriteAllBytes(file, call.RawRequest());
        return Tool.Start($"{placement.Prefix} '{setup.Options.LoadClient}' {words} --port {call.Port} --request '{file}'");
    }
}

internal sealed record RatePlan(int Rate, int Seconds, int Threads, string Marker);

/// <summary>Microseconds from when a request was due.</summary>
internal sealed record Latencies(double P50, double P90, double P99, double Max);

internal sealed record RateResult(int Sent, int Failed, Latencies Marker, Latencies Whole, Latencies Late);

internal sealed record HoldResult(int Open, int Broken, long Bytes);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(RateResult))]
[JsonSerializable(typeof(HoldResult))]
internal sealed partial class LoadClientJson : JsonSerializerContext;
