using System.Text;
using Microsoft.Extensions.AI;
using Signalbox.Inference.Grammars;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Training.Corpora;

namespace Signalbox.Inference.Training.Calibration;

/// <summary>Asks an engine every question of a file, several at once, and judges the answers.</summary>
/// <param name="engine">Greedy answers of its model, with everything else as the file says.</param>
/// <param name="byTopic">Whether the topic is judged, or the answer.</param>
internal sealed class CalibrationRun(InferenceEngine engine, bool byTopic)
{
    /// <summary>A model that finds no end is stopped: what it would say later is not looked at by anybody.</summary>
    private const int MostTokens = 1024;

    private readonly LocalChatRequest _requests = new(engine, new GrammarCache(engine.Tokenizer));

    /// <summary>The answers in the order of the questions.</summary>
    /// <param name="questions">What to ask.</param>
    /// <param name="atOnce">How many at a time: as many as the engine has slots.</param>
    /// <param name="progress">Called with how many are answered, one call at a time; null for none.</param>
    /// <param name="faults">Questions that the engine refused or failed at, by their lines; empty when all were answered.</param>
    /// <param name="cancel">Ends running answers.</param>
    public async Task<JudgedAnswer[]> AskAsync(
        IReadOnlyList<CalibrationQuestion> questions, int atOnce, Action<int>? progress, List<(int Line, EngineFault Fault)> faults, CancellationToken cancel)
    {
        var answers = new JudgedAnswer[questions.Count];
        var done = 0;
        await Parallel.ForAsync(0, questions.Count, new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = cancel }, async (i, token) =>
        {
            var (answer, fault) = await AskAsync(questions[i], token);
            lock (faults)
            {
                answers[i] = answer;
                if (fault is not null)
                {
                    faults.Add((questions[i].Line, fault));
                }

                progress?.Invoke(++done);
            }
        });
        faults.Sort(static (a, b) => a.Line.CompareTo(b.Line));
        return answers;
    }

    private async Task<(JudgedAnswer Answer, EngineFault? Fault)> AskAsync(CalibrationQuestion question, CancellationToken cancel)
    {
        var messages = new List<ChatMessage>();
        var (text, evidence, fault) = ("", new AnswerEvidence(engine.Tokenizer), default(EngineFault));
        foreach (var asked in question.Before is { } before ? (string[])[before, question.Text] : [question.Text])
        {
            messages.Add(new ChatMessage(ChatRole.User, asked));
            (text, evidence, fault) = await SayAsync(messages, cancel);
            if (fault is not null)
            {
                return (new JudgedAnswer(question, "", false, null), fault);
            }

            messages.Add(new ChatMessage(ChatRole.Assistant, text));
        }

        var said = byTopic ? evidence.Topic ?? "" : text.Trim();
        var right = RefusalTopics.Match(question.Expected.Trim(), said) && (question.Answer is null || question.Answer.Trim() == text.Trim());
        return (new JudgedAnswer(question, said, right, evidence.Features()), null);
    }

    private async Task<(string Text, AnswerEvidence Evidence, EngineFault? Fault)> SayAsync(List<ChatMessage> messages, CancellationToken cancel)
    {
        var options = new ChatOptions { Temperature = 0, AdditionalProperties = new() { [LocalProperties.WantsConfidence] = true } };
        var (text, evidence) = (new StringBuilder(), new AnswerEvidence(engine.Tokenizer));
        if (!_requests.TryMake(messages, options, out var request, out var fault))
        {
            return ("", evidence, fault);
        }

        request = request with { MaxTokens = Math.Clamp(engine.ContextLength - request.Prompt.Count, 1, MostTokens) };
        await foreach (var step in engine.GenerateAsync(request, cancel))
        {
            if (step.Fault is not null)
            {
                return ("", evidence, step.Fault);
            }

            evidence.Take(step);
            text.Append(step.Text);
        }

        return (text.ToString(), evidence, null);
    }
}
