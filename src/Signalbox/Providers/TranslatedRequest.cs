using System.Text.Json;
using Signalbox.Dialects;
using Signalbox.Dialects.Json;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Attempts;

namespace Signalbox.Providers;

/// <summary>
/// Writes a request in another dialect than the caller's, through the vocabulary. What a whole field loses comes from the field
/// ledger, what depends on a value from the writer; where the route is strict, any loss refuses instead.
/// </summary>
internal static class TranslatedRequest
{
    public static GatewayError? Write(ProviderCall call, IDialect target, ProviderDifferences differences, ProviderServices services, PooledBuffer output)
    {
        var context = call.Context;
        var model = call.Deployment.Model;
        if (context.Request.RelayOnly is { } field)
        {
            return GatewayError.Invalid(field,
                $"This form of {field} can only be relayed, and {call.Deployment.ProviderName} speaks {target.Name}. "
                + "Send one text, or ask for a model of a provider that speaks your protocol.") with { IsOfTarget = true };
        }

        if (context.Dialect is { } source && context.Request.Body.ValueKind == JsonValueKind.Object
            && services.Fields.AssessRequest(context.Request.Body, source.Family, target.Name, call.Losses, source.Operation) is [var refused, ..])
        {
            return GatewayError.Invalid(refused.Field,
                $"{refused.Field} cannot be carried to {call.Deployment.ProviderName}, which speaks {target.Name}. "
                + $"Leave it out, or ask for a model whose provider speaks {source.Family}.") with { IsOfTarget = true };
        }

        services.Signatures.Restore(call.Request.Messages, target.Name);
        call.ToolNames = ToolNameMap.Create(call.Request, target.Name);
        var outbound = new OutboundRequest
        {
            Request = call.ToolNames?.Apply(call.Request) ?? call.Request,
            Upstream = call.Deployment.Upstream,
            Capabilities = model.Capabilities,
            MaxOutputTokens = model.MaxOutputTokens,
            Differences = differences,
            Losses = call.Losses,
        };
        using (var json = new Utf8JsonWriter(output, JsonText.Compact))
        {
            target.WriteRequest(outbound, json);
        }

        if (outbound.Refusal is { } refusal)
        {
            return refusal with { IsOfTarget = true };
        }

        if (call.Deployment.Strict && !call.Losses.IsEmpty)
        {
            return StrictRefusal(call);
        }

        PromptEnhancement.Report(call);
        return null;
    }

    private static GatewayError StrictRefusal(ProviderCall call)
    {
        var field = call.Losses.Losses[0].Field;
        return GatewayError.Invalid(field,
            $"The route is strict and {call.Deployment.ProviderName} cannot be sent this request without loss: {call.Losses.ToHeaderValue()}. "
            + "Leave these fields out, or ask a route that is not strict.") with { IsOfTarget = true };
    }
}
