using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using Signalbox.Inference.Training.Optimization;

namespace Signalbox.Inference.Training.Runs;

/// <summary>What a checkpoint holds: read into, and written from, the live tensors.</summary>
internal sealed class CheckpointState(string description, ParameterSet parameters, AdamW optimizer)
{
    /// <summary>Of the model: one of another shape is refused.</summary>
    public string Description => description;

    public ParameterSet Parameters => parameters;

    public AdamW Optimizer => optimizer;

    /// <summary>Batches so far, which seed dropout.</summary>
    public long Passes { get; set; }

    /// <summary>Of the source of batches.</summary>
    public byte[] Source { get; set; } = [];
}

/// <summary>
/// The file of a checkpoint, little endian: "SBXCKPT", version, description, steps, passes, source, then for each parameter its name, count, values, means and
/// squares, then the SHA-256 of everything before.
/// </summary>
internal static unsafe class Checkpoint
{
    private const int Version = 1;
    private const int HashBytes = 32;

    private static ReadOnlySpan<byte> Magic => "SBXCKPT\n"u8;

    /// <summary>Writes to a temporary file beside it and renames that, so that an interruption leaves the checkpoint before.</summary>
    public static bool TryWrite(string path, CheckpointState state, [NotNullWhen(false)] out EngineFault? fault)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 18))
            {
                using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
                {
                    Write(writer, state);
                }

                stream.Position = 0;
                var hash = SHA256.HashData(stream);
                stream.Write(hash);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
            fault = null;
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            DeleteLeft(temporary);
            fault = new EngineFault(EngineFaultKind.Failed, $"The checkpoint {path} cannot be written: {e.Message} The one before is still there; make room, or name another folder.");
            return false;
        }
    }

    /// <summary>Changes the state only when the whole file fits.</summary>
    public static bool TryRead(string path, CheckpointState state, [NotNullWhen(false)] out EngineFault? fault)
    {
        byte[] bytes;
        try
        {
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            fault = new EngineFault(EngineFaultKind.InvalidRequest, $"The checkpoint {path} cannot be read: {e.Message} Name one that is there, or begin without.");
            return false;
        }

        if (!bytes.AsSpan().StartsWith(Magic))
        {
            fault = new EngineFault(EngineFaultKind.InvalidFile, $"{path} is not a checkpoint of a training run: name the checkpoint file of the run folder.");
            return false;
        }

        if (bytes.Length < Magic.Length + sizeof(int) + HashBytes || !SHA256.HashData(bytes.AsSpan(..^HashBytes)).AsSpan().SequenceEqual(bytes.AsSpan(^HashBytes..)))
        {
            fault = new EngineFault(EngineFaultKind.InvalidFile, $"The checkpoint {path} is damaged or cut off: use an older one, or begin without.");
            return false;
        }

        using var reader = new BinaryReader(new MemoryStream(bytes, Magic.Length, bytes.Length - Magic.Length - HashBytes), Encoding.UTF8);
        fault = Read(path, reader, state);
        return fault is null;
    }

    private static void DeleteLeft(string temporary)
    {
        if (File.Exists(temporary))
        {
            File.Delete(temporary);
        }
    }

    private static void Write(BinaryWriter writer, CheckpointState state)
    {
        writer.Write(Magic);
        writer.Write(Version);
        writer.Write(state.Description);
        writer.Write(state.Parameters.All.Count);
        foreach (var parameter in state.Parameters.All)
        {
            writer.Write(parameter.Name);
            writer.Write(parameter.Count);
        }

        writer.Write(state.Optimizer.Steps);
        writer.Write(state.Passes);
        writer.Write(state.Source.Length);
        writer.Write(state.Source);
        foreach (var parameter in state.Parameters.All)
        {
            foreach (var part in Parts(state, parameter))
            {
                writer.Write(Bytes(part, parameter.Count));
            }
        }
    }

    /// <summary>The hash vouches for the length of every part once the parameters are the same.</summary>
    private static EngineFault? Read(string path, BinaryReader reader, CheckpointState state)
    {
        if (reader.ReadInt32() is var version && version != Version)
        {
            return new EngineFault(EngineFaultKind.Unsupported, $"The checkpoint {path} has version {version}, this program reads {Version}: go on with the program that wrote it, or begin without.");
        }

        if (reader.ReadString() is var description && description != state.Description)
        {
            return new EngineFault(
                EngineFaultKind.InvalidRequest, $"The checkpoint {path} is of another model, {description}; this one is {state.Description}. Give the run its old shape, or begin without the checkpoint.");
        }

        var count = reader.ReadInt32();
        for (var i = 0; i < count; i++)
        {
            var (name, values) = (reader.ReadString(), reader.ReadInt64());
            if (count != state.Parameters.All.Count || state.Parameters.All[i].Name != name || state.Parameters.All[i].Count != values)
            {
                return new EngineFault(
                    EngineFaultKind.InvalidRequest, $"The checkpoint {path} has {count} tensors with {name} of {values} values, this run other ones: go on with the options it was written with, or begin without.");
            }
        }

        state.Optimizer.Steps = reader.ReadInt64();
        state.Passes = reader.ReadInt64();
        state.Source = reader.ReadBytes(reader.ReadInt32());
        foreach (var parameter in state.Parameters.All)
        {
            foreach (var part in Parts(state, parameter))
            {
                reader.BaseStream.ReadExactly(Bytes(part, parameter.Count));
            }
        }

        return null;
    }

    private static nint[] Parts(CheckpointState state, Parameter parameter) =>
        [(nint)parameter.Values.Data, (nint)(state.Optimizer.Means + parameter.Offset), (nint)(state.Optimizer.Squares + parameter.Offset)];

    private static Span<byte> Bytes(nint part, long count) => new((void*)part, checked((int)(count * sizeof(float))));
}
