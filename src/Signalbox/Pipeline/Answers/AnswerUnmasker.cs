using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.Sensitivity.Masking;

namespace Signalbox.Pipeline.Answers;

/// <summary>
/// Puts the caller's own values back into an answer to a masked request. Texts, reasoning and the arguments of tool calls each hold
/// back what may be the beginning of a placeholder, until something else follows or the answer is finished.
/// </summary>
internal sealed class AnswerUnmasker(MaskTable table)
{
    private readonly Unmasker _text = new(table);
    private readonly Unmasker _reasoning = new(table);
    private readonly SortedDictionary<int, Unmasker> _calls = [];

    /// <summary>The unmasker of a request's answer; null where nothing was masked.</summary>
    public static AnswerUnmasker? For(RequestContext context) => context.Mask is { } mask ? new AnswerUnmasker(mask) : null;

    /// <summary>The next piece of a stream.</summary>
    public void Apply(ChatResponseUpdate update)
    {
        var contents = new List<AIContent>(update.Contents.Count + 1);
        foreach (var content in update.Contents)
        {
            switch (content)
            {
                case TextContent text:
                    text.Text = _text.Push(text.Text);
                    AddUnlessEmpty(contents, text, text.Text);
                    break;
                case TextReasoningContent reasoning:
                    reasoning.Text = _reasoning.Push(reasoning.Text);
                    AddUnlessEmpty(contents, reasoning, reasoning.ProtectedData ?? reasoning.Text);
                    break;
                case ToolCallDelta call:
                    // The arguments of a call come in pieces; theirs stay held until the answer goes on with something else.
                    ReleaseTexts(contents);
                    contents.Add(Unmask(call));
                    break;
                case UsageContent:
                    contents.Add(content);
                    break;
                default:
                    Release(contents);
                    contents.Add(content);
                    break;
            }
        }

        if (update.FinishReason is not null)
        {
            Release(contents);
        }

        update.Contents = contents;
    }

    /// <summary>What is still held back of a stream that ended without saying why; null where nothing is.</summary>
    public ChatResponseUpdate? End()
    {
        var contents = new List<AIContent>();
        Release(contents);
        return contents.Count > 0 ? new ChatResponseUpdate(ChatRole.Assistant, contents) : null;
    }

    /// <summary>A complete answer.</summary>
    public void Apply(ChatResponse response)
    {
        foreach (var message in response.Messages)
        {
            TextContent? last = null;
            for (var i = 0; i < message.Contents.Count; i++)
            {
                switch (message.Contents[i])
                {
                    case TextContent text:
                        // A client may give one text in several pieces.
                        text.Text = _text.Push(text.Text);
                        last = text;
                        break;
                    case TextReasoningContent reasoning: reasoning.Text = Unmasker.Unmask(table, reasoning.Text); break;
                    case FunctionCallContent call:
                        message.Contents[i] = Contents.WithArguments(call, Unmasker.Unmask(table, Contents.ArgumentsText(call), isJson: true));
                        break;
                }
            }

            last?.Text += _text.Finish();
        }
    }

    private ToolCallDelta Unmask(ToolCallDelta call)
    {
        if (call.Arguments is null)
        {
            return call;
        }

        if (!_calls.TryGetValue(call.Index, out var unmasker))
        {
            _calls[call.Index] = unmasker = new Unmasker(table, isJson: true);
        }

        return new ToolCallDelta(call.Index)
        {
            CallId = call.CallId,
            Name = call.Name,
            Arguments = unmasker.Push(call.Arguments),
            AdditionalProperties = call.AdditionalProperties,
        };
    }

    private void Release(List<AIContent> contents)
    {
        ReleaseTexts(contents);
        foreach (var (index, unmasker) in _calls)
        {
            if (unmasker.Finish() is { Length: > 0 } arguments)
            {
                contents.Add(new ToolCallDelta(index) { Arguments = arguments });
            }
        }
    }

    private void ReleaseTexts(List<AIContent> contents)
    {
        if (_reasoning.Finish() is { Length: > 0 } reasoning)
        {
            contents.Add(new TextReasoningContent(reasoning));
        }

        if (_text.Finish() is { Length: > 0 } text)
        {
            contents.Add(new TextContent(text));
        }
    }

    private static void AddUnlessEmpty(List<AIContent> contents, AIContent content, string text)
    {
        if (text.Length > 0)
        {
            contents.Add(content);
        }
    }
}
