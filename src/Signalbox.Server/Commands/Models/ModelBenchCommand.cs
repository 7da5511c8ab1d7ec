using System.CommandLine;
using System.Globalization;
using Signalbox.Inference.Transformer;
using Spectre.Console;

namespace Signalbox.Server.Commands.Models;

/// <summary><c>model bench</c>: how fast a model file runs here.</summary>
internal static class ModelBenchCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "A GGUF model." };
        var prompt = Number("--prompt", "Tokens of the prompt that is computed in one go; 0 leaves it out.", 512);
        var generate = Number("--generate", "Tokens that are made one after the other; 0 leaves it out.", 128);
        var depth = Number("--depth", "Tokens of context before the generation.", 0);
        var parallel = Number("--parallel", "Conversations that generate at once; the rate is that of all together.", 1);
        var threads = Number("--threads", "Threads.", Environment.ProcessorCount);
        var batch = Number("--batch", "The most tokens of one pass; a longer prompt takes several.", new ModelBenchRequest("", 0, 0, 0, 0, 0, 0).Batch);
        var runs = Number("--runs", "Measured runs; the rates are their medians.", 3);
        var cache = new Option<KvCacheType>("--kv") { Description = "How keys and values are kept.", DefaultValueFactory = static _ => KvCacheType.F16 };
        var asJson = new Option<bool>("--json") { Description = "Print one JSON object." };
        var command = new Command("bench", "Measures tokens per second, load time and memory of a model.") { file, prompt, generate, depth, parallel, threads, batch, runs, cache, asJson };
        command.SetAction((parsed, cancel) =>
        {
            var asked = new ModelBenchRequest(
                parsed.GetValue(file)!, parsed.GetValue(prompt), parsed.GetValue(generate), parsed.GetValue(depth), parsed.GetValue(parallel), parsed.GetValue(threads), parsed.GetValue(runs))
            {
                Batch = parsed.GetValue(batch),
                Cache = parsed.GetValue(cache),
            };
            if (asked.Problem is { } problem)
            {
                return Task.FromResult(Fail(problem, CommandLine.WrongWords));
            }

            // On a thread of its own, so that a signal finds somebody who listens.
            return Task.Run(() => Run(asked, parsed.GetValue(asJson), cancel), CancellationToken.None);
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int standard) => new(name) { Description = description, DefaultValueFactory = _ => standard };

    private static int Run(ModelBenchRequest asked, bool asJson, CancellationToken cancel)
    {
        try
        {
            return Measure(asked, asJson, cancel);
        }
        catch (OperationCanceledException)
        {
            return Fail("cancelled.", CommandLine.Failed);
        }
    }

    private static int Measure(ModelBenchRequest asked, bool asJson, CancellationToken cancel)
    {
        if (!ModelBench.TryRun(asked, TimeProvider.System, message => Console.Error.WriteLine(message), out var result, out var fault, cancel))
        {
            return Fail(fault.Message, CommandLine.Failed);
        }

        if (asJson)
        {
            Console.Out.WriteLine(result.ToJson());
            return CommandLine.Done;
        }

        var table = new Table().AddColumn("").AddColumn(new TableColumn("median").RightAligned()).AddColumn("runs");
        AddRow(table, $"prompt of {asked.Prompt}, tokens/s", result.PromptRates);
        AddRow(table, asked.Parallel > 1 ? $"generation of {asked.Generate} in {asked.Parallel} conversations, tokens/s" : $"generation of {asked.Generate}, tokens/s", result.GenerationRates);
        table.AddRow("load, ms", Text(result.LoadMs), "");
        table.AddRow("peak memory, MiB", Text(result.PeakMiB), Markup.Escape($"{Text(result.FileMiB)} of it mapped from the file"));
        AnsiConsole.Write(table);
        return CommandLine.Done;
    }

    private static void AddRow(Table table, string name, IReadOnlyList<double> rates)
    {
        if (rates.Count > 0)
        {
            table.AddRow(Markup.Escape(name), Text(ModelBenchResult.Median(rates)), string.Join(", ", rates.Select(Text)));
        }
    }

    private static string Text(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    private static int Fail(string message, int code)
    {
        Console.Error.WriteLine($"error: {message}");
        return code;
    }
}
