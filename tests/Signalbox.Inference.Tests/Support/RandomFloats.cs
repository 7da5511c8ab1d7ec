using System.Runtime.InteropServices;
using Signalbox.Inference.Training.Products;

namespace Signalbox.Inference.Tests.Support;

/// <summary>A matrix of random numbers whose rows have a gap between them, and NaN wherever nothing of it is: whoever reads there is found out.</summary>
internal sealed unsafe class RandomFloats : IDisposable
{
    private readonly float* _memory;
    private readonly int _length;

    public RandomFloats(int rows, int columns, int gap, int seed)
    {
        var random = new Random(seed);
        _length = rows * (columns + gap) + 1;
        _memory = (float*)NativeMemory.AlignedAlloc((nuint)_length * sizeof(float), 64);
        new Span<float>(_memory, _length).Fill(float.NaN);
        // Beyond an aligned address by one value.
        Matrix = new FloatMatrix(_memory + 1, rows, columns, columns + gap);
        for (var i = 0; i < rows * columns; i++)
        {
            this[i / columns, i % columns] = (float)((random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-3, 3)));
        }
    }

    public FloatMatrix Matrix { get; }

    public float this[int row, int column]
    {
        get => Matrix.Data[row * Matrix.Stride + column];
        set => Matrix.Data[row * Matrix.Stride + column] = value;
    }

    /// <summary>Every bit, the gaps included.</summary>
    public int[] Bits() => MemoryMarshal.Cast<float, int>(new ReadOnlySpan<float>(_memory, _length)).ToArray();

    public void CopyFrom(RandomFloats other) => new ReadOnlySpan<float>(other._memory, _length).CopyTo(new Span<float>(_memory, _length));

    /// <summary>Whether there is something else than NaN between the rows or before the first.</summary>
    public bool HasStrayValues()
    {
        var stray = !float.IsNaN(_memory[0]);
        for (var row = 0; row < Matrix.Rows; row++)
        {
            for (var column = Matrix.Columns; column < Matrix.Stride; column++)
            {
                stray |= !float.IsNaN(this[row, column]);
            }
        }

        return stray;
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);
}
