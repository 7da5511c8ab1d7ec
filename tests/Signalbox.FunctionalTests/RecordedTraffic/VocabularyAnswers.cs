using Microsoft.Extensions.AI;
using Signalbox.Dialects;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.RecordedTraffic;

/// <summary>Answers in the vocabulary, as the tests compare them.</summary>
internal static class VocabularyAnswers
{
    public static Answer Of(ChatResponse response)
    {
        var answer = new Answer { Finish = WordOf(response.FinishReason), Usage = UsageOf(response.Usage) };
        foreach (var content in response.Messages.SelectMany(static message => message.Contents))
        {
            switch (content)
            {
                case TextContent text: answer.Text.Append(text.Text); break;
                case TextReasoningContent reasoning: answer.Reasoning.Append(reasoning.Text); break;
                case ErrorContent { ErrorCode: Vocabulary.Refusal } refusal: answer.Text.Append(refusal.Message); break;
                case FunctionCallContent call: answer.Calls.Add(AnswerCall.Of(call.Name, Contents.ArgumentsText(call))); break;
            }
        }

        return answer;
    }

    /// <summary>Where usage and finish reason differ from a walked answer.</summary>
    public static IEnumerable<string> DifferencesOf(Answer walked, UsageDetails? usage, ChatFinishReason? finish)
    {
        var actual = new Answer { Finish = WordOf(finish), Usage = UsageOf(usage) };
        actual.Text.Append(walked.Text);
        actual.Calls.AddRange(walked.Calls);
        return AnswerCheck.Differences(walked, actual, caller: null);
    }

    private static string? WordOf(ChatFinishReason? finish) =>
        finish == Vocabulary.Paused ? "paused" : finish?.Value;

    private static AnswerUsage UsageOf(UsageDetails? usage) => new()
    {
        Input = usage?.InputTokenCount,
        Output = usage?.OutputTokenCount,
        Cached = usage?.CachedInputTokenCount,
        CacheWrite = usage?.AdditionalCounts?.TryGetValue(Vocabulary.CacheWriteTokens, out var written) is true ? written : null,
        Reasoning = usage?.ReasoningTokenCount,
    };
}
