using System.CommandLine;
using Signalbox.Configuration;
using Signalbox.Inference;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Sessions;
using Signalbox.Inference.Tokenization;
using Signalbox.Inference.Training.Calibration;
using Signalbox.Server.Commands.Routes;

namespace Signalbox.Server.Commands.Models;

/// <summary><c>model calibrate</c>: teaches a model file what the probabilities of its answers are worth.</summary>
internal static class ModelCalibrateCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A GGUF model with a chat template." };
        var data = new Argument<string>("DATA.jsonl") { Description = "Questions that the model was not trained on, with the topic or the answer of each; see docs/training.md." };
        var target = new Option<string?>("--out") { Description = "Where the calibrated model is written, instead of FILE.", HelpName = "OUT" };
        var threads = new Option<int?>("--threads") { Description = "Threads.", HelpName = "N" };
        var misses = new Option<bool>("--misses") { Description = "Also print each question that was answered wrongly." };
        var asJson = new Option<bool>("--json") { Description = "Print JSON." };
        var command = new Command("calibrate", "Asks a model questions whose answers are known, fits its confidence to how often it is right, and writes that into its file.")
        {
            file, data, target, threads, misses, asJson,
        };
        command.SetAction(async (parsed, cancel) =>
        {
            if (parsed.GetValue(threads) is < 1 or > 256)
            {
                return CommandLine.Refuse("--threads must be from 1 to 256.");
            }

            var asked = new CalibrationRequest(
                parsed.GetValue(file)!, parsed.GetValue(data)!, parsed.GetValue(target) ?? parsed.GetValue(file)!, parsed.GetValue(threads), parsed.GetValue(misses), parsed.GetValue(asJson));
            try
            {
                return await RunAsync(asked, cancel);
            }
            catch (OperationCanceledException)
            {
                Console.Error.WriteLine($"error: cancelled; {asked.Target} was not written.");
                return CommandLine.Failed;
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(CalibrationRequest asked, CancellationToken cancel)
    {
        if (GgufTarget.IsSame(asked.Target, asked.Data))
        {
            return CommandLine.Refuse($"--out names the questions themselves, {asked.Data}; name another file.");
        }

        // Said before the questions are asked, not after it.
        if (File.Exists(asked.File) && GgufTarget.Refuse(asked.Target) is { } refused)
        {
            return Fail(refused);
        }

        var options = new EngineOptions { Threads = asked.Threads ?? Environment.ProcessorCount };
        if (!InferenceEngine.TryLoad(asked.File, options, TimeProvider.System, out var engine, out var fault))
        {
            // A wrong model is no wrong word, whatever is wrong with it.
            return Fail(fault with { Kind = EngineFaultKind.InvalidFile });
        }

        await using (engine)
        {
            var topics = TopicTokens.All(engine.Tokenizer);
            var questions = new CalibrationData(topics, NearestName.Find).Read(asked.Data, out var problems);
            if (problems.Count == 0 && questions.Count < CalibrationResult.FewestAnswers)
            {
                problems = [$"{asked.Data}: {questions.Count} questions are too few to calibrate with; give at least {CalibrationResult.FewestAnswers}."];
            }

            if (problems.Count > 0)
            {
                return CommandLine.Refuse(problems);
            }

            return await AskAsync(engine, topics.Count > 0, questions, asked, cancel) is { } answers ? Calibrate(answers, topics.Count > 0, asked) : CommandLine.Failed;
        }
    }

    /// <summary>Null when a question was not answered, which is said.</summary>
    private static async Task<JudgedAnswer[]?> AskAsync(
        InferenceEngine engine, bool byTopic, IReadOnlyList<CalibrationQuestion> questions, CalibrationRequest asked, CancellationToken cancel)
    {
        var show = RouteFiles.Progress("answering");
        var faults = new List<(int Line, EngineFault Fault)>();
        var answers = await new CalibrationRun(engine, byTopic)
            .AskAsync(questions, engine.Memory.MaximumSlots, show is null ? null : done => show(done, questions.Count), faults, cancel);
        return CommandLine.Report([.. faults.Select(fault => $"{asked.Data}:{fault.Line}: {fault.Fault.Message}")]) ? answers : null;
    }

    private static int Calibrate(JudgedAnswer[] answers, bool byTopic, CalibrationRequest asked)
    {
        if (!CalibrationResult.TryFit(answers, out var result, out var fault) || !CalibratedFile.TryWrite(asked.File, asked.Target, result.Map, out fault))
        {
            return Fail(fault);
        }

        var report = new CalibrationReport(asked, answers, result, byTopic);
        if (asked.AsJson)
        {
            report.PrintJson();
        }
        else
        {
            report.Print();
        }

        return CommandLine.Done;
    }

    private static int Fail(EngineFault fault)
    {
        Console.Error.WriteLine($"error: {fault.Message}");
        return fault.Kind == EngineFaultKind.InvalidRequest ? CommandLine.WrongWords : CommandLine.Failed;
    }
}

/// <summary>What <c>model calibrate</c> is asked for.</summary>
internal sealed record CalibrationRequest(string File, string Data, string Target, int? Threads, bool WithMisses, bool AsJson);
