using System.Runtime.InteropServices;
using Signalbox.Inference.Gguf;
using Signalbox.Inference.Threading;

namespace Signalbox.Inference.Kernels;

/// <summary>
/// The inputs of linear layers: rows of F32, and the form of them that the weights' type is multiplied with (Q8_0 blocks for Q4_0 and Q8_0,
/// Q8_K blocks for K-quants, rounded to F16 for F16, as they are for F32 and BF16). A form is made once per input, however many
/// matrices are multiplied with it. All memory is taken when it is made; it is aligned to 64 bytes.
/// </summary>
internal sealed unsafe class Activations : IDisposable
{
    private const int Alignment = 64;

    private readonly int _capacity;
    private readonly byte* _memory;
    private ActivationForms _forms;
    private ActivationForm _made;
    private bool _disposed;

    /// <param name="capacity">The most rows (tokens).</param>
    /// <param name="columns">Values of a row.</param>
    public Activations(int capacity, int columns)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        _capacity = capacity;
        _forms.Columns = columns;
        _forms.ByteStride = checked((columns + 127) / 128 * 128);
        _forms.BlockStride = _forms.ByteStride / 32;
        var size = Place(null);
        _memory = (byte*)NativeMemory.AlignedAlloc(size, Alignment);
        Place(_memory);
    }

    ~Activations() => Dispose();

    public int Columns => _forms.Columns;

    /// <summary>Rows in use; set before the values are written.</summary>
    public int Rows
    {
        get => _forms.Rows;
        set
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)value, (uint)_capacity);
            _forms.Rows = value;
            _made = ActivationForm.None;
        }
    }

    /// <summary>F32 [Rows, Columns], written by the caller, who then calls <see cref="Changed"/>.</summary>
    public float* Values => _forms.Values;

    /// <summary>Where the forms are; see <see cref="Prepare"/>.</summary>
    public ref readonly ActivationForms Forms => ref _forms;

    /// <summary>The form that weights of <paramref name="type"/> are multiplied with.</summary>
    public static ActivationForm FormFor(TensorType type) => type switch
    {
        TensorType.F16 => ActivationForm.Halves,
        TensorType.Q4_0 or TensorType.Q8_0 => ActivationForm.Q8,
        TensorType.Q4_K or TensorType.Q5_K or TensorType.Q6_K => ActivationForm.K8,
        _ => ActivationForm.None,
    };

    /// <summary>Forgets the forms of the former values.</summary>
    public void Changed() => _made = ActivationForm.None;

    /// <summary>Makes those of the forms that are not made yet; by all threads of the pool when there are rows enough.</summary>
    public void Prepare(WorkerPool pool, ActivationForm wanted)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ActivationForm missing = wanted & ~_made;
        if (missing == ActivationForm.None)
        {
            return;
        }

        var work = new FormWork { Forms = _forms, Missing = missing };
        if (_forms.Rows < 2 * pool.Threads)
        {
            MakeRows(&work, 0, 1);
        }
        else
        {
            pool.Run(&MakeRows, &work);
        }

        _made |= missing;
    }

    public void Dispose()
    {
        if (!_disposed)
        {
            _disposed = true;
            NativeMemory.AlignedFree(_memory);
            GC.SuppressFinalize(this);
        }
    }

    private static void MakeRows(void* state, int thread, int threads)
    {
        var work = (FormWork*)state;
        for (int row = thread; row < work->Forms.Rows; row += threads)
        {
            if ((work->Missing & ActivationForm.Halves) != 0)
            {
                ActivationRounding.ToHalves(work->Forms, row);
            }

            if ((work->Missing & ActivationForm.Q8) != 0)
            {
                ActivationRounding.ToQ8(work->Forms, row);
            }

            if ((work->Missing & ActivationForm.Groups) != 0)
            {
                ActivationRounding.ToGroups(work->Forms, row);
            }

            if ((work->Missing & ActivationForm.K8) != 0)
            {
                ActivationRounding.ToK8(work->Forms, row);
            }
        }
    }

    /// <summary>Lays the forms out from <paramref name="start"/> on; returns the bytes they take. Pages that no form is written to cost nothing.</summary>
    private nuint Place(byte* start)
    {
        byte* next = start;
        _forms.Values = (float*)Take(ref next, _forms.Columns, sizeof(float));
        _forms.Halves = (float*)Take(ref next, _forms.Columns, sizeof(float));
        _forms.Q8Values = (sbyte*)Take(ref next, _forms.ByteStride, sizeof(sbyte));
        _forms.Q8Scales = (float*)Take(ref next, _forms.BlockStride, sizeof(float));
        _forms.Q8Sums = (int*)Take(ref next, _forms.BlockStride, sizeof(int));
        _forms.Q8Offsets = (int*)Take(ref next, _forms.BlockStride, sizeof(int));
        _forms.GroupValues = (sbyte*)Take(ref next, _forms.ByteStride, sizeof(sbyte));
        _forms.GroupScales = (float*)Take(ref next, _forms.ByteStride / 8, sizeof(float));
        _forms.GroupOffsets = (int*)Take(ref next, _forms.ByteStride / 8, sizeof(int));
        _forms.K8Values = (sbyte*)Take(ref next, _forms.ByteStride, sizeof(sbyte));
        _forms.K8Scales = (float*)Take(ref next, _forms.BlockStride, sizeof(float));
        _forms.K8Sums = (short*)Take(ref next, 2 * _forms.BlockStride, sizeof(short));
        return (nuint)(next - start);
    }

    private byte* Take(ref byte* next, long rowElements, int elementBytes)
    {
        byte* taken = next;
        next += (_capacity * rowElements * elementBytes + Alignment - 1) / Alignment * Alignment;
        return taken;
    }

    private struct FormWork
    {
        public ActivationForms Forms;
        public ActivationForm Missing;
    }
}
