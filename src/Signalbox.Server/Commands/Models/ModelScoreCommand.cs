using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Signalbox.Inference.Adapters;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Threading;
using Signalbox.Inference.Training.Adapters;
using Signalbox.Inference.Transformer;

namespace Signalbox.Server.Commands.Models;

/// <summary><c>model score</c>: models side by side on questions with known answers.</summary>
internal static class ModelScoreCommand
{
    private static readonly Argument<string[]> Files = new("FILE") { Arity = ArgumentArity.OneOrMore, Description = "Models; the others are compared with the first." };
    private static readonly Option<string[]> Data = new("--data") { HelpName = "FILE", Required = true, Description = "Held-out questions: conversations, topics, or lines {\"topic\", \"question\"}; the topic refuse stands for every refusal." };
    private static readonly Option<string[]> Topics = new("--topics") { HelpName = "FILE", Description = "Topic files that have the answers of lines which only name their topic." };
    private static readonly Option<string[]> Lora = new("--lora") { HelpName = "FILE", Description = "An adapter for the first model; a row of its own." };
    private static readonly Option<int?> Limit = new("--limit") { HelpName = "N", Description = "Ask only N of the questions, evenly spread." };
    private static readonly Option<bool> LossOnly = new("--loss-only") { Description = "Measure the likelihood of the references only, without letting the models answer." };
    private static readonly Option<int> Threads = new("--threads") { HelpName = "N", Description = "Default: all processors.", DefaultValueFactory = static _ => Environment.ProcessorCount };
    private static readonly Option<bool> Json = new("--json") { Description = "Print JSON." };

    public static Command Create()
    {
        var command = new Command("score", "Compares models, and adapters, on questions with known answers: loss, right answers, overlap.") { Files, Data, Topics, Lora, Limit, LossOnly, Threads, Json };
        command.SetAction(static (parsed, cancel) => Task.Run(() => Run(parsed, cancel), CancellationToken.None));
        return command;
    }

    private static int Run(ParseResult parsed, CancellationToken cancel)
    {
        var problems = new List<string>();
        var data = FinetuneWords.Find(parsed.GetValue(Data)!, problems);
        var topics = FinetuneWords.Find(parsed.GetValue(Topics) ?? [], problems);
        problems.AddRange(parsed.GetValue(Threads) is < 1 or > 256 ? ["--threads must be from 1 to 256."] : []);
        problems.AddRange(parsed.GetValue(Limit) is < 1 ? ["--limit must be 1 or more."] : []);
        problems.AddRange(parsed.GetValue(Files)!.Concat(parsed.GetValue(Lora) ?? []).Where(static file => !File.Exists(file)).Select(static file => $"there is no file {file}."));
        var questions = problems.Count == 0 ? Spread(HeldOutQuestions.Read(data, topics, out var wrong), parsed.GetValue(Limit), wrong, problems) : [];
        if (problems.Count == 0 && questions.Count == 0)
        {
            problems.Add("--data holds no questions with answers.");
        }

        if (problems.Count > 0)
        {
            return CommandLine.Refuse(problems);
        }

        using var pool = new WorkerPool(parsed.GetValue(Threads));
        var rows = new List<ScoreRow>();
        var files = parsed.GetValue(Files)!;
        Asked[] asked = [new(files[0], null), .. (parsed.GetValue(Lora) ?? []).Select(lora => new Asked(files[0], lora)), .. files.Skip(1).Select(static file => new Asked(file, null))];
        try
        {
            foreach (var one in asked)
            {
                var (model, adapter) = one;
                Console.Error.WriteLine($"{model}{(adapter is null ? "" : $" + {adapter}")}: {questions.Count} questions ...");
                if (!TryScore(one, questions, !parsed.GetValue(LossOnly), pool, out var scores, out var problem, cancel))
                {
                    Console.Error.WriteLine($"error: {problem}");
                    return CommandLine.Failed;
                }

                rows.Add(new ScoreRow(model, adapter, scores, HasAnswers: !parsed.GetValue(LossOnly)));
            }
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("error: cancelled.");
            return CommandLine.Failed;
        }

        Console.WriteLine(parsed.GetValue(Json) ? ScoreReport.Json(rows) : ScoreReport.Text(rows));
        return CommandLine.Done;
    }

    private static IReadOnlyList<HeldOutQuestion> Spread(IReadOnlyList<HeldOutQuestion> all, int? limit, IReadOnlyList<string> wrong, List<string> problems)
    {
        problems.AddRange(wrong);
        return limit is not { } most || most >= all.Count ? all : [.. Enumerable.Range(0, most).Select(i => all[(int)((long)i * all.Count / most)])];
    }

    private sealed record Asked(string Model, string? Adapter);

    private static bool TryScore(
        Asked asked, IReadOnlyList<HeldOutQuestion> questions, bool answers, WorkerPool pool, out List<AnswerScore> scores, out string? problem, CancellationToken cancel)
    {
        var (path, lora) = asked;
        scores = [];
        LoraAdapter? adapter = null;
        if (!GgufFile.TryOpen(path, out var file, out var fault))
        {
            problem = fault.Message;
            return false;
        }

        using (file)
        {
            if (!LanguageModel.TryLoad(file, pool, AnswerScorer.BatchTokens, out var model, out fault))
            {
                problem = fault.Message;
                return false;
            }

            using (model)
            {
                if (model.Config.IsEncoder || !ChatSequences.TryCreate(file.Metadata, Math.Min(AnswerScorer.BatchTokens, model.Config.ContextLength), out var sequences, out fault)
                    || (lora is not null && !LoraAdapter.TryOpen(lora, file, out adapter, out fault)))
                {
                    problem = fault?.Message ?? $"{path} is an encoder, which does not answer.";
                    return false;
                }

                using (adapter)
                {
                    var scorer = new AnswerScorer(model, sequences, adapter is null ? [] : [new ActiveAdapter(adapter, 1)]);
                    foreach (var question in questions)
                    {
                        if (sequences.Check(question.References[0], out problem) == SequenceFit.Nothing)
                        {
                            problem ??= $"\"{question.Text}\" is longer than {AnswerScorer.BatchTokens} tokens; shorten it.";
                            return false;
                        }

                        scores.Add(scorer.Score(question, answers, cancel));
                    }
                }
            }
        }

        problem = null;
        return true;
    }
}

/// <summary>A model's, or an adapter's, answers.</summary>
/// <param name="Model">Its file.</param>
/// <param name="Adapter">The adapter's file, if any.</param>
/// <param name="Scores">In the order of the questions.</param>
/// <param name="HasAnswers">Whether it was let answer; otherwise only losses were measured.</param>
internal sealed record ScoreRow(string Model, string? Adapter, IReadOnlyList<AnswerScore> Scores, bool HasAnswers)
{
    public string Name => Adapter is null ? Model : $"{Model} + {Adapter}";

    public double Loss => Scores.Average(static score => score.Loss);

    public double Right => Scores.Average(static score => score.Same ? 1.0 : 0);

    public double Overlap => Scores.Average(static score => score.Overlap);

    public PairedDifference Against(ScoreRow first, Func<AnswerScore, double> of) => PairedDifference.Of([.. Scores.Zip(first.Scores, (mine, theirs) => of(mine) - of(theirs))]);
}

/// <summary>Rows as a text or as JSON.</summary>
internal static class ScoreReport
{
    public static string Text(IReadOnlyList<ScoreRow> rows)
    {
        var text = new System.Text.StringBuilder();
        foreach (var row in rows)
        {
            text.AppendLine(row.Name);
            text.Append(string.Create(CultureInfo.InvariantCulture, $"  {row.Scores.Count} questions: loss {row.Loss:0.0000}, perplexity {Math.Exp(row.Loss):0.00}"));
            text.AppendLine(row.HasAnswers ? string.Create(CultureInfo.InvariantCulture, $", right answers {100 * row.Right:0.0} %, overlap {row.Overlap:0.000}") : "");
            if (row != rows[0])
            {
                Difference("loss", row.Against(rows[0], static score => score.Loss));
            }

            if (row != rows[0] && row.HasAnswers)
            {
                Difference("right answers", row.Against(rows[0], static score => score.Same ? 1 : 0));
            }
        }

        return text.ToString().TrimEnd();

        void Difference(string name, PairedDifference difference) => text.AppendLine(string.Create(CultureInfo.InvariantCulture,
            $"  {name} against the first: {difference.Mean:+0.0000;-0.0000} (95 %: {difference.Low:+0.0000;-0.0000} to {difference.High:+0.0000;-0.0000}{(difference.IsShown ? "" : "; no difference shown")})"));
    }

    public static string Json(IReadOnlyList<ScoreRow> rows)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartArray();
            foreach (var row in rows)
            {
                json.WriteStartObject();
                json.WriteString("model", row.Model);
                json.WriteString("adapter", row.Adapter);
                json.WriteNumber("questions", row.Scores.Count);
                json.WriteNumber("loss", row.Loss);
                json.WriteNumber("perplexity", Math.Exp(row.Loss));
                if (row.HasAnswers)
                {
                    json.WriteNumber("right", row.Right);
                    json.WriteNumber("overlap", row.Overlap);
                }

                if (row != rows[0])
                {
                    Difference(json, "loss_difference", row.Against(rows[0], static score => score.Loss));
                }

                if (row != rows[0] && row.HasAnswers)
                {
                    Difference(json, "right_difference", row.Against(rows[0], static score => score.Same ? 1 : 0));
                }

                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        return System.Text.Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void Difference(Utf8JsonWriter json, string name, PairedDifference difference)
    {
        json.WriteStartObject(name);
        json.WriteNumber("mean", difference.Mean);
        json.WriteNumber("low", difference.Low);
        json.WriteNumber("high", difference.High);
        json.WriteBoolean("shown", difference.IsShown);
        json.WriteEndObject();
    }
}
