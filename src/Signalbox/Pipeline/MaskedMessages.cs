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
        TextReasoningContent reasoning => new TextReasoningContent(masker.Mask(reasoning.Text)) { ProtectedData = reasoning.ProtectedData, AdditionalProperties = reasoning.AdditionalProperties },
        FunctionResultContent result => new FunctionResultContent(result.CallId, masker.Mask(Contents.ResultText(result))) { AdditionalProperties = result.AdditionalProperties },
        FunctionCallContent call => Mask(call, masker),
        _ => content,
    };

    private static FunctionCallContent Mask(FunctionCallContent call, Masker masker)
    {
        var arguments = Contents.ArgumentsText(call);
        var masked = masker.Mask(arguments);
        return ReferenceEquals(masked, arguments) ? call : Contents.WithArguments(call, masked);
    }
}
