using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Sensitivity.Masking;

namespace Signalbox.Pipeline;

/// <summary>A request of a caller in this process with placeholders in its texts. The caller's own messages stay as they are.</summary>
internal static class MaskedMessages
{
    public static DialectRequest Of(DialectRequest request, Masker masker)
    {
        var options = request.Options.Clone();
        options.Instructions = options.Instructions is { } instructions ? masker.Mask(instructions) : null;
        return new DialectRequest
        {
            Model = request.Model,
            Stream = request.Stream,
            WantsUsage = request.WantsUsage,
            Messages = request.Messages.ConvertAll(message => Mask(message, masker)),
            Options = options,
            RelayOnly = request.RelayOnly,
            Body = request.Body,
        };
    }

    private static ChatMessage Mask(ChatMessage message, Masker masker)
    {
        var copy = message.Clone();
        copy.Contents = [.. message.Contents.Select(content => Mask(content, masker))];
        return copy;
    }

    private static AIContent Mask(AIContent content, Masker masker) => content switch
    {
        TextContent text => new TextContent(masker.Mask(text.Text)) { AdditionalProperties = text.AdditionalProperties },
        FunctionResultContent result => new FunctionResultContent(result.CallId, masker.Mask(Contents.ResultText(result))) { AdditionalProperties = result.AdditionalProperties },
        FunctionCallContent call => Contents.ToolCall(call.CallId, call.Name, masker.Mask(Contents.ArgumentsText(call))),
        _ => content,
    };
}
