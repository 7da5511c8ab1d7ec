using Microsoft.Extensions.AI;

namespace Signalbox.Dialects;

/// <summary>Token counts where no provider has stated any: about four characters a token. Always marked as estimated.</summary>
internal static class TokenEstimate
{
    private const int CharactersPerToken = 4;
    private const int TokensPerMessage = 4;

    /// <summary>A picture costs about this much with most providers.</summary>
    private const int TokensPerAttachment = 800;

    public static int OfText(long characters) => (int)Math.Min(int.MaxValue, (characters + CharactersPerToken - 1) / CharactersPerToken);

    public static int OfRequest(DialectRequest request)
    {
        long characters = request.Options.Instructions?.Length ?? 0;
        long fixedTokens = 0;
        foreach (var message in request.Messages)
        {
            fixedTokens += TokensPerMessage;
            foreach (var content in message.Contents)
            {
                switch (content)
                {
                    case TextContent text: characters += text.Text.Length; break;
                    case TextReasoningContent reasoning: characters += reasoning.Text.Length; break;
                    case FunctionCallContent call: characters += call.Name.Length + Contents.ArgumentsText(call).Length; break;
                    case FunctionResultContent result: characters += Contents.ResultText(result).Length; break;
                    default: fixedTokens += TokensPerAttachment; break;
                }
            }
        }

        foreach (var tool in request.Options.Tools ?? [])
        {
            characters += tool.Name.Length + tool.Description.Length;
            if (tool is AIFunctionDeclaration function)
            {
                characters += function.JsonSchema.GetRawText().Length;
            }
        }

        return (int)Math.Min(int.MaxValue, fixedTokens + OfText(characters));
    }
}
