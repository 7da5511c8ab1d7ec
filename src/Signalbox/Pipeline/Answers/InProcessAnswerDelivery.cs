using System.Text.Json;
using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Dialects.Json;
using Signalbox.Pipeline.Attempts;
using Signalbox.Providers;

namespace Signalbox.Pipeline.Answers;

/// <summary>A complete answer from a provider in this process.</summary>
internal sealed class InProcessAnswerDelivery(ProviderCall call, ChatResponse response) : Delivery(call)
{
    public override AnswerNotes Notes { get; } = new() { Text = call.Text };

    public override Task<GatewayError?> OpenAsync(AttemptDeadline deadline)
    {
        AnswerUnmasker.For(Context)?.Apply(response);
        Notes.Note(response);
        return Task.FromResult<GatewayError?>(null);
    }

    public override async Task<GatewayError?> PumpAsync(AttemptDeadline deadline)
    {
        if (Context.Caller is InProcessCaller caller)
        {
            caller.Take(response);
            return null;
        }

        var wire = (WireCaller)Context.Caller;
        AnswerHeaders.Write(Context, wire, [], AttemptTotals.CostWith(Context, Notes));
        wire.Start(200, "application/json");
        using (var json = new Utf8JsonWriter(wire.Body, JsonText.Compact))
        {
            Context.Dialect!.WriteResponse(response, AnswerContexts.Create(Context), json);
        }

        await wire.Body.FlushAsync(Context.Aborted);
        return null;
    }
}
