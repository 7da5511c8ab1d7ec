using System.Text.Json;
using Signalbox.FunctionalTests.Server;
using Signalbox.FunctionalTests.Support;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Decisions;

/// <summary>What the decision tests ask of a running gateway.</summary>
internal static class DecisionBench
{
    /// <summary>A route whose first model is of <c>openai-chat</c> and whose second one of <c>gemini</c>; each is tried once.</summary>
    public const string Routes = """, "resilience": { "maxAttempts": 1 }, "routes": { "desk": { "models": ["openai-chat/m", "gemini/m"] } }""";

    public static Wire Chat { get; } = Wire.Of("openai-chat");

    public static Task<SampleBench> StartAsync() => SampleBench.StartAsync(Routes);

    /// <summary>The decision behind an answer, by the id in its header, once it is finished: a caller has its answer a moment before.</summary>
    public static async Task<JsonElement> DecisionOfAsync(this GatewayHarness gateway, CallerAnswer answer)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Patience.Token);
        limit.CancelAfter(Patience.Limit);
        while (true)
        {
            limit.Token.ThrowIfCancellationRequested();
            var decision = await gateway.DecisionAsync(answer.Headers["x-signalbox-request-id"]);
            if (decision.Str("state") != "open")
            {
                return decision;
            }
        }
    }

    public static async Task<JsonElement> DecisionAsync(this GatewayHarness gateway, string requestId)
    {
        var answer = await gateway.GetAsync($"/admin/decisions/{requestId}");
        Assert.True(answer.Status == 200, answer.Text);
        return answer.Json;
    }
}
