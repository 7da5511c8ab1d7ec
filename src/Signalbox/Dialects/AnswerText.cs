using System.Text;
using Microsoft.Extensions.AI;

namespace Signalbox.Dialects;

/// <summary>What an answer says, gathered where it is judged or may have to be continued. Nobody else pays for it.</summary>
internal sealed class AnswerText
{
    private readonly StringBuilder _text = new();
    private double _logprobs;

    /// <summary>The text so far, reasoning left out.</summary>
    public string Text => _text.ToString();

    public int Length => _text.Length;

    /// <summary>Whether the model asked for a tool.</summary>
    public bool HasCall { get; private set; }

    /// <summary>Whether there is something besides text, reasoning and tool calls, e.g. a picture.</summary>
    public bool HasOther { get; private set; }

    /// <summary>Whether the model refused in the field that its protocol has for that.</summary>
    public bool IsRefusal { get; private set; }

    /// <summary>Whether the last thing that came was reasoning.</summary>
    public bool EndsInReasoning { get; private set; }

    /// <summary>Tokens whose log probability was stated.</summary>
    public int Tokens { get; private set; }

    /// <summary>Geometric mean of the tokens' probabilities; null where none were stated.</summary>
    public double? MeanProbability => Tokens == 0 ? null : Math.Exp(Math.Min(0, _logprobs / Tokens));

    public void Take(ChatResponseUpdate update)
    {
        TakeLogprobs(update.AdditionalProperties);
        Take(update.Contents);
    }

    public void Take(ChatResponse response)
    {
        TakeLogprobs(response.AdditionalProperties);
        foreach (var message in response.Messages)
        {
            Take(message.Contents);
        }
    }

    private void Take(IList<AIContent> contents)
    {
        for (var i = 0; i < contents.Count; i++)
        {
            switch (contents[i])
            {
                case TextContent { Text.Length: > 0 } text:
                    _text.Append(text.Text);
                    EndsInReasoning = false;
                    break;
                case TextReasoningContent:
                    EndsInReasoning = true;
                    break;
                case ToolCallDelta or FunctionCallContent:
                    HasCall = true;
                    break;
                case ErrorContent error:
                    IsRefusal |= error.ErrorCode == Vocabulary.Refusal;
                    HasOther = true;
                    break;
                case TextContent or UsageContent:
                    break;
                default:
                    HasOther = true;
                    break;
            }
        }
    }

    private void TakeLogprobs(AdditionalPropertiesDictionary? properties)
    {
        if (Vocabulary.Get<IReadOnlyList<TokenLogprob>>(properties, Vocabulary.TokenLogprobs) is not { } tokens)
        {
            return;
        }

        foreach (var token in tokens)
        {
            _logprobs += token.Logprob;
            Tokens++;
        }
    }
}
