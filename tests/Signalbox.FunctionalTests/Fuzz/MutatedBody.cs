using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Signalbox.FunctionalTests.Support.Wires;

namespace Signalbox.FunctionalTests.Fuzz;

/// <summary>A body of a dialect after some edits, and the provider's dialect that it is meant for.</summary>
internal sealed record MutatedBody(string Dialect, string Target, string Source, IReadOnlyList<BodyEdit> Edits)
{
    private const ulong DefaultSeed = 20_261_121;

    private static readonly string[] Dialects = [.. Wire.All.Select(static wire => wire.Dialect)];

    private static readonly Gen<BodyEdit> Edit =
        from kind in Gen.Frequency(
            (8, Gen.Constant(EditKind.ReplaceValue)), (2, Gen.Constant(EditKind.CopyValue)), (2, Gen.Constant(EditKind.RemoveValue)), (1, Gen.Constant(EditKind.DuplicateValue)),
            (1, Gen.Constant(EditKind.NestValue)), (1, Gen.Constant(EditKind.RenameKey)), (1, Gen.Constant(EditKind.Truncate)), (1, Gen.Constant(EditKind.FlipBits)), (1, Gen.Constant(EditKind.InsertBytes)))
        from place in Gen.Choose(0, 999_999)
        from choice in Gen.Choose(0, 999_999)
        select new BodyEdit(kind, place, choice);

    private static readonly Gen<MutatedBody> Any =
        from dialect in Gen.Elements(Dialects)
        from source in Gen.Elements(ValidBodies.ByDialect[dialect])
        from target in Gen.Elements(Dialects)
        from count in Gen.Frequency((6, Gen.Constant(1)), (3, Gen.Constant(2)), (1, Gen.Choose(3, 6)))
        from edits in Gen.ArrayOf(Edit, count)
        select new MutatedBody(dialect, target, source, edits);

    /// <summary>The same for everyone, so that a failure can be seen again; SIGNALBOX_FUZZ_SEED finds other bodies.</summary>
    public static IEnumerable<MutatedBody> Samples(int count) => Any.Sample(count, new Rnd(Seed), 10);

    private static ulong Seed => ulong.TryParse(Environment.GetEnvironmentVariable("SIGNALBOX_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : DefaultSeed;

    public byte[] Bytes => Edits.Aggregate(Encoding.UTF8.GetBytes(Source), static (body, edit) => edit.ApplyTo(body));

    public override string ToString()
    {
        var text = Encoding.UTF8.GetString(Bytes);
        return $"{Dialect} for {Target}, {string.Join("; ", Edits)}: {(text.Length > 4_000 ? text[..4_000] + "..." : text)}";
    }
}
