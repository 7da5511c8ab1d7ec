using Signalbox.Routing.Evaluation;
using Signalbox.Routing.Learning;

namespace Signalbox.Server.Commands.Routes;

/// <summary>Files of outcomes and weights, for the verbs that learn; problems go to standard error.</summary>
internal static class RouteFiles
{
    private const int ShownModels = 12;

    /// <summary>Reads recorded outcomes, or says what is wrong with them.</summary>
    public static OutcomesFile? ReadOutcomes(string path, CancellationToken cancellation)
    {
        var file = OutcomesFile.Read(path, cancellation);
        return CommandLine.Report(file.Problems) ? file : null;
    }

    /// <summary>Says which models the files have, when they lack one.</summary>
    public static bool HasModels(IReadOnlyList<OutcomesFile> files, ModelPair pair)
    {
        var models = files.SelectMany(static file => file.Models).Distinct().Order(StringComparer.Ordinal).ToArray();
        foreach (var missing in new[] { pair.Weak, pair.Strong }.Where(model => !models.Contains(model)))
        {
            var shown = string.Join(", ", models.Take(ShownModels)) + (models.Length > ShownModels ? $" and {models.Length - ShownModels} more" : "");
            Console.Error.WriteLine($"error: {files[0].Path}: no row has an outcome of the model '{missing}'. Models: {shown}.");
        }

        return models.Contains(pair.Weak) && models.Contains(pair.Strong);
    }

    /// <summary>Reads weights of the difficulty predictor, or says what is wrong with them.</summary>
    public static DifficultyPredictor? ReadWeights(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            var predictor = DifficultyPredictor.TryLoad(file, out var problem);
            return predictor is not null || CommandLine.Report([$"{path}: {problem}"]) ? predictor : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            CommandLine.Report([$"{path}: cannot be read: {e.Message}"]);
            return null;
        }
    }

    /// <summary>Writes beside the file and moves it into place, so that nobody ever sees half of it.</summary>
    public static bool Write(string path, Action<Stream> write)
    {
        var temporary = path + ".tmp-" + Environment.ProcessId;
        try
        {
            using (var file = File.Create(temporary))
            {
                write(file);
            }

            File.Move(temporary, path, overwrite: true);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Console.Error.WriteLine($"error: {path}: cannot be written: {e.Message}");
            return false;
        }
        finally
        {
            if (File.Exists(temporary))
            {
                File.Delete(temporary);
            }
        }
    }

    /// <summary>Shows how far long work is, on a terminal only.</summary>
    public static Action<int, int>? Progress(string what) => Console.IsErrorRedirected ? null : (done, all) =>
        Console.Error.Write(done == all ? $"\r{new string(' ', what.Length + 12)}\r" : $"\r{what} {100 * done / all} %  ");
}
