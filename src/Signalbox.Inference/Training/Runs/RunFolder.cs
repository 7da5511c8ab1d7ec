using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Signalbox.Inference.Gguf;

namespace Signalbox.Inference.Training.Runs;

/// <summary>
/// The files of a run: <c>config.json</c>, <c>run.json</c>, <c>log.jsonl</c>, <c>loss.svg</c>, <c>checkpoint.bin</c>, <c>model.gguf</c> and its quantized forms;
/// <c>run.lock</c> while it goes on.
/// </summary>
internal sealed class RunFolder(string path)
{
    private const string Begun = "run.json";

    /// <summary>What the system answers where another process holds a lock: EAGAIN.</summary>
    private const int IsLocked = 11;

    /// <summary>What is written before and while a run trains, its checkpoint aside.</summary>
    private static readonly string[] Records = ["config.json", Begun, "log.jsonl", "loss.svg"];

    private readonly List<(long Step, double Loss)> _training = [];
    private readonly List<(long Step, double Loss)> _validation = [];
    private StreamWriter? _log;
    private FileStream? _lock;
    private bool _isNew;

    public string Path => path;

    public string Checkpoint => File("checkpoint.bin");

    public string Model => File("model.gguf");

    /// <summary>The model with weights of this type.</summary>
    public string Quantized(TensorType type) => File($"model-{type.ToString().ToLowerInvariant()}.gguf");

    public bool HasCheckpoint => System.IO.File.Exists(Checkpoint);

    /// <summary>Whether a file is one that a run wrote about itself into its folder.</summary>
    public static bool IsRecord(string file) => Records.Contains(System.IO.Path.GetFileName(file)) && ReadRun(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(file)!, Begun)) is not null;

    /// <summary>Why a run cannot begin, or go on, here; null when it can.</summary>
    /// <param name="resume">Whether it is to go on.</param>
    /// <param name="results">The files that it writes at its end.</param>
    public EngineFault? Refuse(bool resume, IEnumerable<string> results)
    {
        var problem = System.IO.File.Exists(path) ? $"{path} is a file: name a folder with --out."
            : resume && !HasCheckpoint ? $"There is no checkpoint in {path}: leave out --resume to train from the start, or wait for the first one where a run is training there now."
            : !resume && HasCheckpoint ? $"{path} holds a run already: add --resume to go on with it, or name another folder with --out."
            : !resume && Foreign(results) is { } file ? $"{file} is there already, and the run would write over it: move it away, or name another folder with --out."
            : null;
        return problem is null ? null : new EngineFault(EngineFaultKind.InvalidRequest, problem);
    }

    /// <summary>Makes the folder this run's until <see cref="Close"/>; a process that dies gives it back.</summary>
    /// <returns>Why it cannot; null when it is.</returns>
    public EngineFault? Claim(bool resume, IReadOnlyCollection<string> results)
    {
        if (Refuse(resume, results) is { } refused)
        {
            return refused;
        }

        _isNew = !Directory.Exists(path);
        Directory.CreateDirectory(path);
        try
        {
            _lock = new FileStream(File("run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose);
        }
        catch (IOException e) when (e.HResult == IsLocked)
        {
            return new EngineFault(EngineFaultKind.InvalidRequest, $"Another process is training in {path}: wait until it has ended, or name another folder with --out.");
        }

        // What was there a moment ago may be more by now.
        return Refuse(resume, results);
    }

    /// <summary>Begins a run: writes down what it is.</summary>
    public void Begin(byte[] config, long steps)
    {
        System.IO.File.WriteAllBytes(File("config.json"), config);
        System.IO.File.WriteAllText(File(Begun), $"{{\"steps\": {steps.ToString(CultureInfo.InvariantCulture)}, \"config\": \"{Hash(config)}\"}}\n");
        System.IO.File.Delete(File("log.jsonl"));
    }

    /// <summary>The number of steps that the run was begun with.</summary>
    public bool TryReadSteps(byte[] config, out long steps, [NotNullWhen(false)] out EngineFault? fault)
    {
        var run = ReadRun(File(Begun));
        steps = run?.Steps ?? 0;
        fault = run is null
            ? new EngineFault(EngineFaultKind.InvalidRequest, $"{File(Begun)} does not say what was begun here: train from the start, with another --out.")
            : run.Value.Config != Hash(config)
                ? new EngineFault(EngineFaultKind.InvalidRequest,
                    $"The configuration has changed since this run began, so it cannot go on exactly: use {File("config.json")} again (--threads may change), or train from the start with another --out.")
                : null;
        return fault is null;
    }

    /// <summary>Opens the log to go on after a step; what was written later is of steps that are taken again.</summary>
    public void OpenLog(long step)
    {
        var kept = new List<string>();
        foreach (var line in System.IO.File.Exists(File("log.jsonl")) ? System.IO.File.ReadAllLines(File("log.jsonl")) : [])
        {
            if (ReadLine(line, step))
            {
                kept.Add(line);
            }
        }

        System.IO.File.WriteAllLines(File("log.jsonl"), kept);
        _log = new StreamWriter(File("log.jsonl"), append: true, new UTF8Encoding(false)) { AutoFlush = true };
    }

    public void Log(TrainingStep step)
    {
        _training.Add((step.Report.Step, step.Report.Loss.Mean));
        Write(json =>
        {
            json.WriteNumber("step", step.Report.Step);
            json.WriteNumber("epoch", Math.Round(step.Epoch, 4));
            Finite(json, "loss", step.Report.Loss.Mean);
            json.WriteNumber("tokens", step.Report.Tokens);
            Finite(json, "tokensPerSecond", Math.Round(step.TokensPerSecond, 1));
            Finite(json, "productShare", Math.Round(step.ProductShare, 4));
            Finite(json, "gradientNorm", step.Report.GradientNorm);
            Finite(json, "learningRate", step.Report.LearningRate);
        });
    }

    public void Log(TrainingValidation validation)
    {
        _validation.Add((validation.Step, validation.Loss));
        Write(json =>
        {
            json.WriteNumber("step", validation.Step);
            Finite(json, "validationLoss", validation.Loss);
            if (validation.RightTopics is { } share)
            {
                Finite(json, "rightTopics", share);
            }
        });
    }

    public void Draw(string title) => System.IO.File.WriteAllText(File("loss.svg"), LossChart.Draw(title, _training, _validation));

    /// <summary>Gives the folder back, and leaves none where nothing was begun.</summary>
    public void Close()
    {
        _log?.Dispose();
        _lock?.Dispose();
        if (_isNew && Directory.Exists(path) && !Directory.EnumerateFileSystemEntries(path).Any())
        {
            Directory.Delete(path);
        }
    }

    private string File(string name) => System.IO.Path.Combine(path, name);

    /// <summary>A file that no run of this folder wrote. One that was begun and broke off before its first checkpoint begins anew.</summary>
    private string? Foreign(IEnumerable<string> results) =>
        results.Concat(ReadRun(File(Begun)) is null ? Records.Select(File) : []).FirstOrDefault(System.IO.File.Exists);

    private static (long Steps, string? Config)? ReadRun(string file)
    {
        try
        {
            using var document = JsonDocument.Parse(System.IO.File.ReadAllBytes(file));
            return (document.RootElement.GetProperty("steps").GetInt64(), document.RootElement.GetProperty("config").GetString());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private static string Hash(byte[] config) => Convert.ToHexStringLower(SHA256.HashData(config));

    private static void Finite(Utf8JsonWriter json, string name, double value)
    {
        if (double.IsFinite(value))
        {
            json.WriteNumber(name, value);
        }
        else
        {
            json.WriteNull(name);
        }
    }

    private bool ReadLine(string line, long lastStep)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            var step = document.RootElement.GetProperty("step").GetInt64();
            if (step > lastStep)
            {
                return false;
            }

            if (document.RootElement.TryGetProperty("loss", out var loss) && loss.TryGetDouble(out var value))
            {
                _training.Add((step, value));
            }
            else if (document.RootElement.TryGetProperty("validationLoss", out loss) && loss.TryGetDouble(out value))
            {
                _validation.Add((step, value));
            }

            return true;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            // The line that was being written when the machine stopped.
            return false;
        }
    }

    private void Write(Action<Utf8JsonWriter> fields)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            fields(json);
            json.WriteEndObject();
        }

        _log?.WriteLine(Encoding.UTF8.GetString(buffer.ToArray()));
    }
}
