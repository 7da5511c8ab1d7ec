using Signalbox.Dialects;
using Signalbox.Dialects.Json;
using Signalbox.Dialects.OpenAiChat;
using Signalbox.Pipeline;
using Signalbox.Pipeline.Attempts;
using Signalbox.Pipeline.Reading;

namespace Signalbox.Providers;

/// <summary>
/// Writes a request that goes on in the caller's own dialect: the caller's bytes with only the edits that are needed. The
/// edits are the model's name, the removal of the <c>signalbox</c> object, the usage switch of streams and, where a model
/// version demands it, the name of the output limit; a sentence of instructions where the route enhances prompts.
/// </summary>
internal static class RelayedRequest
{
    private static readonly byte[] True = "true"u8.ToArray();

    public static GatewayError? Write(ProviderCall call, ProviderDifferences differences, PooledBuffer output)
    {
        var context = call.Context;
        var request = context.Request;
        var root = request.Body;
        var editor = new BodyEditor(context.Body, root);
        if (context.Dialect!.HasModelInBody && request.Model != call.Deployment.Upstream)
        {
            editor.Set("model", JsonText.Quote(call.Deployment.Upstream));
        }

        editor.Remove("signalbox");
        if (context.Dialect.Family == OpenAiChatDialect.DialectName)
        {
            if (request.Stream && !request.WantsUsage && differences.StreamUsageSwitch)
            {
                editor.SetInside("stream_options", "include_usage", True);
            }

            if (call.Deployment.Model.Capabilities.MaxCompletionTokens
                && root.TryGetProperty("max_tokens", out _) && !root.TryGetProperty("max_completion_tokens", out _))
            {
                editor.Rename("max_tokens", "max_completion_tokens");
            }
        }

        PromptEnhancement.Edit(call, editor);
        editor.WriteTo(output);
        return null;
    }
}
