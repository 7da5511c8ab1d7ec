using System.Runtime.InteropServices;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects.Tokens;

/// <summary>What of a request costs input tokens, counted once for all tokenizer families.</summary>
internal sealed class RequestCensus
{
    /// <summary>The estimate's own errors are mostly below this share (docs/profile.md).</summary>
    private const double UpperShare = 1.3;

    /// <summary>What a chat template may add that nobody can see from outside.</summary>
    private const int UpperTokens = 24;

    /// <summary>What a provider may say to the model about tools in general.</summary>
    private const int UpperToolTokens = 512;

    /// <summary>Nothing that costs tokens.</summary>
    public static RequestCensus Empty { get; } = new();

    public TextCensus Text { get; } = new();

    /// <summary>Thoughts of turns before the last question: most chat templates leave them out.</summary>
    public TextCensus PastReasoning { get; } = new();

    /// <summary>Descriptions and schemas of the tools.</summary>
    public TextCensus ToolText { get; } = new();

    /// <summary>The schema that the answer is held to.</summary>
    public TextCensus FormatText { get; } = new();

    public int Messages { get; private set; }

    public int Tools { get; private set; }

    /// <summary>Calls of tools and their results in the conversation.</summary>
    public int ToolTurns { get; private set; }

    public int Images { get; private set; }

    /// <summary>Tokens of sounds and documents, guessed from their size.</summary>
    public int MediaTokens { get; private set; }

    public static RequestCensus Of(DialectRequest request)
    {
        var census = new RequestCensus();
        if (request.Options.Instructions is { Length: > 0 } instructions)
        {
            census.Messages++;
            census.Text.Add(instructions);
        }

        var current = LastQuestion(request.Messages);
        for (var i = 0; i < request.Messages.Count; i++)
        {
            census.Messages++;
            foreach (var content in request.Messages[i].Contents)
            {
                census.Add(content, isPast: i < current);
            }
        }

        if (request.Options.Tools is { Count: > 0 } tools && request.Options.ToolMode is not NoneChatToolMode)
        {
            foreach (var tool in tools)
            {
                census.Add(tool);
            }
        }

        if (request.Options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema })
        {
            census.FormatText.AddJson(JsonMarshal.GetRawUtf8Value(schema));
        }

        return census;
    }

    /// <summary>The likeliest count.</summary>
    public int Tokens(TokenizerFamily family) => Whole(Exact(family));

    /// <summary>A count that is hardly ever exceeded, for checks against a context window.</summary>
    public int AtMost(TokenizerFamily family) => Whole(((Exact(family) + PastReasoning.Tokens(family)) * UpperShare) + UpperTokens + (Tools > 0 ? UpperToolTokens : 0));

    private double Exact(TokenizerFamily family)
    {
        var frame = RequestFrame.Of(family);
        return Text.Tokens(family) + frame.Request + (Messages * frame.Message) + (ToolTurns * frame.ToolTurn) + (Images * frame.Image) + MediaTokens
            + (Tools == 0 ? 0 : frame.AnyTool) + (Tools * frame.Tool) + (ToolText.Tokens(family) * frame.ToolTextShare)
            + (FormatText.Tokens(family) * frame.FormatShare);
    }

    /// <summary>Where the last message of the user begins that is more than results of tools.</summary>
    private static int LastQuestion(List<ChatMessage> messages)
    {
        for (var i = messages.Count - 1; i > 0; i--)
        {
            if (messages[i].Role == ChatRole.User && messages[i].Contents is not [FunctionResultContent, ..])
            {
                return i;
            }
        }

        return 0;
    }

    private static int Whole(double tokens) => (int)Math.Min(int.MaxValue, Math.Ceiling(tokens));

    private void Add(AIContent content, bool isPast)
    {
        switch (content)
        {
            case TextContent text: Text.Add(text.Text); break;
            case TextReasoningContent reasoning: (isPast ? PastReasoning : Text).Add(reasoning.Text); break;
            case FunctionCallContent call:
                ToolTurns++;
                Text.Add(call.Name);
                Text.Add(Contents.ArgumentsText(call));
                break;
            case FunctionResultContent result: AddResult(result, isPast); break;
            case DataContent data: AddMedia(data.MediaType, data.Data.Length); break;
            case UriContent uri: AddMedia(uri.MediaType, MediaSize.UnknownBytes); break;
            case HostedFileContent: AddMedia("application/pdf", MediaSize.UnknownBytes); break;
            case OpaqueContent opaque: Text.AddJson(JsonMarshal.GetRawUtf8Value(opaque.Raw)); break;
        }
    }

    private void AddResult(FunctionResultContent result, bool isPast)
    {
        ToolTurns++;
        if (result.Result is IEnumerable<AIContent> parts)
        {
            foreach (var part in parts)
            {
                Add(part, isPast);
            }
        }
        else
        {
            Text.Add(Contents.ResultText(result));
        }
    }

    private void Add(AITool tool)
    {
        Tools++;
        ToolText.Add(tool.Name);
        ToolText.Add(tool.Description);
        if (tool is AIFunctionDeclaration function)
        {
            ToolText.AddJson(JsonMarshal.GetRawUtf8Value(function.JsonSchema));
        }
        else if (tool is OpaqueTool opaque)
        {
            ToolText.AddJson(JsonMarshal.GetRawUtf8Value(opaque.Raw));
        }
    }

    private void AddMedia(string mediaType, int bytes)
    {
        if (mediaType.StartsWith("image/", StringComparison.OrdinalIgnoreCase))
        {
            Images++;
        }
        else
        {
            MediaTokens = (int)Math.Min(int.MaxValue / 2, (long)MediaTokens + MediaSize.Tokens(mediaType, bytes));
        }
    }
}
