using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.OpenAiResponses;

/// <summary>Writes a complete response object for a caller.</summary>
internal static class ResponsesResponseWriter
{
    public static void Write(ChatResponse response, AnswerContext context, Utf8JsonWriter json)
    {
        var output = new ResponsesOutput(context.RequestId);
        foreach (var message in response.Messages)
        {
            foreach (var content in message.Contents)
            {
                Add(content, output);
            }
        }

        var tokens = Vocabulary.Get<IReadOnlyList<TokenLogprob>>(response.AdditionalProperties, Vocabulary.TokenLogprobs);
        if (tokens is not null && output.FirstText() is { } part)
        {
            part.Tokens = [.. tokens];
        }

        var state = ResponsesState.Ended(response.FinishReason, response.Usage);
        foreach (var item in output.Items)
        {
            // A cut answer was cut in its last item.
            item.IsOpen = state.IncompleteReason is not null && item.Index == output.Items.Count - 1;
        }

        new ResponsesEnvelope(context, response.ModelId, response.CreatedAt).Write(state, output.Items, json);
    }

    private static void Add(AIContent content, ResponsesOutput output)
    {
        switch (content)
        {
            case TextContent { Text.Length: > 0 } text:
                output.TextPart(text, isRefusal: false).Text.Add(text.Text);
                break;
            case ErrorContent { ErrorCode: Vocabulary.Refusal } refusal:
                output.TextPart(refusal, isRefusal: true).Text.Add(refusal.Message);
                break;
            case TextReasoningContent reasoning when ResponsesOutput.IsVisible(reasoning):
                var item = output.Reasoning(reasoning);
                item.Text.Add(reasoning.Text);
                item.Encrypted = ResponsesOutput.EncryptedOf(reasoning);
                break;
            case FunctionCallContent call:
                output.Call(call, call.CallId, call.Name).Text.Add(Contents.ArgumentsText(call));
                break;
            case OpaqueContent opaque when ResponsesItems.IsOwnItem(opaque):
                output.Whole(opaque);
                break;
        }
    }
}
